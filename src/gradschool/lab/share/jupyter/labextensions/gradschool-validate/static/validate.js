// The button "Validate" above a notebook. JupyterLab loads this file as it is: a module-federation
// container, written by hand because one button needs no build step.

(() => {
  const NAME = 'gradschool-validate';
  let shared; // JupyterLab's own modules, by name and version

  async function load(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  async function ask(path) {
    const { ServerConnection } = await load('@jupyterlab/services');
    const settings = ServerConnection.makeSettings();
    const body = JSON.stringify({ path });
    const url = `${settings.baseUrl}gradschool/validate`;
    const response = await ServerConnection.makeRequest(url, { method: 'POST', body }, settings);
    if (!response.ok) {
      throw new Error(`${response.status} ${response.statusText}`);
    }
    return response.json();
  }

  function element(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function report(result) {
    const node = document.createElement('div');
    node.className = 'gradschool-validation';
    node.append(element('p', result.summary));
    if (result.lines.length) {
      const list = document.createElement('ul');
      list.style.cssText = 'list-style: none; padding: 0; max-width: 46em';
      list.append(...result.lines.map(line => element('li', line)));
      node.append(list);
    }
    node.append(element('p', result.note));
    return node;
  }

  async function show(title, node) {
    const { Dialog, showDialog } = await load('@jupyterlab/apputils');
    const { Widget } = await load('@lumino/widgets');
    await showDialog({ title, body: new Widget({ node }), buttons: [Dialog.okButton()] });
  }

  async function validate(panel, button) {
    const label = button.node.querySelector('.jp-ToolbarButtonComponent-label');
    label.textContent = 'Validating …';
    button.enabled = false;
    let answer;
    try {
      await panel.context.save();
      answer = ['Validation', report(await ask(panel.context.path))];
    } catch (error) {
      answer = ['This notebook could not be validated', element('p', String(error))];
    }
    label.textContent = 'Validate';
    button.enabled = true;
    await show(...answer);
  }

  const plugin = {
    id: `${NAME}:button`,
    description: 'Runs a notebook from the top and shows what its visible tests say.',
    autoStart: true,
    activate: async app => {
      const { ToolbarButton } = await load('@jupyterlab/ui-components');
      const createNew = panel => {
        const button = new ToolbarButton({
          className: 'gradschool-validate-button',
          label: 'Validate',
          tooltip: 'Run this notebook from the top, in a kernel of its own, and show what its tests say',
          onClick: () => validate(panel, button)
        });
        panel.toolbar.insertItem(10, 'gradschool-validate', button);
        return button;
      };
      app.docRegistry.addWidgetExtension('Notebook', { createNew });
    }
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: scope => {
      shared = scope;
    },
    get: async () => () => ({ __esModule: true, default: plugin })
  };
})();
