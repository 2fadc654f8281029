"""Right and wrong answers to the exercises of `source/linear-regression/linear-regression.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same.
"""

from gradschool.classroom.answers import Answers, code, predictions, wrong

PREDICT_FIRST_STEP = predictions(
    "predict_first_step",
    {
        "a": "56 / 3",
        "b": "-56 / 3",
        "c": "-8",
        "d": "28 / 15",
        "e": '"diverges"',
        "f": '"mean of y"',
        "g": "0.5",
        "h": "4",
    },
    spellings=[
        {"a": "18.67", "b": "-18.67", "c": "-8.0", "d": "1.867", "g": "1 / 2", "h": "4.0"},
        {"a": "18.666666666666668", "d": "0 + 0.1 * 56 / 3", "e": '" diverges "', "h": "2 * 2"},
        {
            "a": "torch.tensor([4.0, 16, 36]).mean()",
            "c": "np.float64(-8)",
            "g": "torch.tensor(0.5)",
        },
        {
            "a": "(2**2 + 4**2 + 6**2) / 3",
            "b": "2 * -(2 + 8 + 18) / 3",
            "c": "2 * -(2 + 4 + 6) / 3",
        },
        {"b": "__import__('fractions').Fraction(-56, 3)", "f": "'mean of y'"},
    ],
    mistakes=[
        ("a", "56.0", "the mean over the three points, not the sum"),
        ("a", "4", "each error is squared before the mean is taken"),
        ("a", "16.0", "not the square of the mean"),
        ("a", "(56 / 3) ** 0.5", "no root is asked"),
        ("a", "28 / 3", "there is no half in the mean squared error"),
        ("a", "'56/3'", "is text; one number is asked, without quotes"),
        ("a", "18.6", "18.6 is not what the code gives"),
        ("b", "56 / 3", "the predictions are too low, so a larger w lowers the loss"),
        ("b", "-56", "the mean over the three points, not the sum"),
        ("b", "-28 / 3", "the factor 2 of the square is missing"),
        ("b", "-8", "this is the slope along b"),
        ("b", "-16", "not the product of the means"),
        ("c", "8.0", "the predictions are too low, so a larger b lowers the loss"),
        ("c", "-24", "the mean over the three points, not the sum"),
        ("c", "-4", "the factor 2 of the square is missing"),
        ("c", "0", "the slope there is not 0"),
        ("c", "-56 / 3", "that is the slope along w"),
        ("d", "-28 / 15", "downhill is against the slope"),
        ("d", "0.8", "that is b after one step"),
        ("d", "2", "2 is where w ends up after many steps"),
        ("d", "56 / 3", "the slope is multiplied by the learning rate"),
        ("d", "14 / 15", "the factor 2 of the square is missing"),
        ("d", "5.6", "the mean over the three points, not the sum"),
        ("e", "'converges'", "it lands on the other side, further away"),
        ("e", "'Diverges'", "write it in small letters"),
        ("e", "False", "False is not what the code gives"),
        ("f", "'median of y'", "the median has the least mean absolute error"),
        ("f", "'0'", "0 would be right for a y around 0"),
        ("f", "0", "0 would be right for a y around 0"),
        ("f", "'mean'", 'write "mean of y"'),
        ("g", "1", "that is the limit for θ²"),
        ("g", "0.25", "there a single step lands on the lowest point"),
        ("g", "4", "that is the curvature"),
        ("g", "2", "that must stay above −1"),
        ("h", "2", "2 is the factor in front"),
        ("h", "'4θ'", "differentiate once more"),
        ("h", "0.5", "that is the largest learning rate"),
        ("h", "0", "that would be a straight line"),
    ],
)

MAKE_LINE_DATA = Answers(
    right=(
        code("""
            def make_line_data(n, w, b, noise, seed):
                gen = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=gen)
                y = w * x + b + noise * torch.randn(n, 1, generator=gen)
                return x, y
            """),
        code("""
            def make_line_data(n, w, b, noise, seed):
                rng = np.random.default_rng(seed)
                x = rng.uniform(-3, 3, (n, 1))
                y = w * x + b + rng.normal(0, noise, (n, 1))
                return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
            """),
        code("""
            def make_line_data(n, w, b, noise, seed):
                with torch.random.fork_rng(devices=[]):
                    torch.manual_seed(seed)
                    x = 10 * torch.rand(n, 1)
                    return x, torch.normal(w * x + b, noise)
            """),
        code("""
            def make_line_data(n, w, b, noise, seed):
                gen = torch.Generator()
                gen.manual_seed(seed)
                both = torch.randn(2, n, generator=gen)
                x = both[0].unsqueeze(1)
                return x, (w * both[0] + b + noise * both[1]).reshape(-1, 1)
            """),
        code("""
            def make_line_data(n, w, b, noise, seed):
                for_x, for_noise = (torch.Generator().manual_seed(2 * seed + k) for k in range(2))
                x = torch.empty(n, 1).uniform_(-1, 1, generator=for_x)
                return [x, x.mul(w).add(b).add(torch.randn(n, 1, generator=for_noise), alpha=noise)]
            """),
        code("""
            import random

            def make_line_data(n, w, b, noise, seed):
                chance = random.Random(seed)
                xs = [chance.gauss(0, 1) for _ in range(n)]
                x = torch.tensor(xs)[:, None]
                return x, torch.tensor([[w * v + b + chance.gauss(0, noise)] for v in xs])
            """),
        code("""
            def make_line_data(n, w, b, noise, seed):
                table = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
                x, e = table.split(1, dim=1)
                return x, torch.lerp(w * x + b, w * x + b + e, noise)
            """),
    ),
    wrong=(
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                torch.manual_seed(seed)
                x = torch.randn(n, 1)
                return x, w * x + b + noise * torch.randn(n, 1)
            """,
            "your function moves or resets the random stream of the whole program",
            "make_line_data-line",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, generator=g)
                return x, w * x + b + noise * torch.randn(n, generator=g)
            """,
            "columns (n, 1) are asked, one row for each item and one column for each",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise**0.5 * torch.randn(n, 1, generator=g)
            """,
            "noise is the standard deviation, not the variance: no square root",
            "make_line_data-line",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * torch.randn(n, generator=g)
            """,
            "for n = 5 the shape is (5, 1); y has shape (5, 5)",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * torch.randn(1, generator=g)
            """,
            "one number of noise for all the points together: draw one for each",
            "make_line_data-line",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                x = torch.randn(n, 1, generator=torch.Generator().manual_seed(seed))
                e = torch.randn(n, 1, generator=torch.Generator().manual_seed(seed))
                return x, w * x + b + noise * e
            """,
            "the noise is made of the same numbers as x: draw again",
            "make_line_data-line",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * torch.rand(n, 1, generator=g)
            """,
            "rand is uniform between 0 and 1; normally distributed noise is asked",
            "make_line_data-line",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + torch.randn(n, 1, generator=g)
            """,
            "with noise 0, y is w x + b",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator()
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * torch.randn(n, 1, generator=g)
            """,
            "another seed should give another x: use the argument seed",
            "make_line_data-line",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * torch.randn(n, 1)
            """,
            "the same seed should give the same y",
            "make_line_data-line",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b + noise * x * torch.randn(n, 1, generator=g)
            """,
            "the noise grows or shrinks with x: it should be the same everywhere",
            "make_line_data-line",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                np.random.seed(seed)
                x = np.random.randn(n, 1)
                y = w * x + b + noise * np.random.randn(n, 1)
                return torch.from_numpy(x), torch.from_numpy(y)
            """,
            "x should be float32, it is torch.float64",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                np.random.seed(seed)
                x = np.random.randn(n, 1).astype("float32")
                y = w * x + b + noise * np.random.randn(n, 1).astype("float32")
                return torch.from_numpy(x), torch.from_numpy(y)
            """,
            "your function moves or resets the random stream of the whole program",
            "make_line_data-line",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return torch.cat([x, w * x + b + noise * torch.randn(n, 1, generator=g)], dim=1)
            """,
            "return two tensors, x and y",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.linspace(-1, 1, n)[:, None]
                return x, w * x + b + noise * torch.randn(n, 1, generator=g)
            """,
            "another seed should give another x: use the argument seed",
            "make_line_data-line",
            "make_line_data-noise",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, b * x + w + noise * torch.randn(n, 1, generator=g)
            """,
            "w is the slope, b the intercept: they changed places",
            "make_line_data-seed",
        ),
        wrong(
            """
            def make_line_data(n, w, b, noise, seed):
                g = torch.Generator().manual_seed(seed)
                x = torch.randn(n, 1, generator=g)
                return x, w * x + b
            """,
            "where is the noise? y lies on the line",
            "make_line_data-line",
            "make_line_data-seed",
        ),
    ),
)

MSE_AND_GRADIENTS = Answers(
    right=(
        code("""
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return (r**2).mean(), (2 * r * x).mean(), (2 * r).mean()
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                error = y - (w * x + b)
                n = len(x)
                loss = (error * error).sum() / n
                return loss, -2 / n * (x * error).sum(), -2 / n * error.sum()
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                A = torch.cat([x, torch.ones_like(x)], dim=1)
                r = A @ torch.stack([w, b])[:, None] - y
                slope, intercept = (2 / len(x) * A.T @ r).flatten()
                return (r.T @ r).squeeze() / len(x), slope, intercept
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                xs, ys = x.flatten().tolist(), y.flatten().tolist()
                w, b = float(w), float(b)
                errors = [w * s + b - t for s, t in zip(xs, ys)]
                n = len(xs)
                return (
                    sum(e * e for e in errors) / n,
                    2 * sum(e * s for e, s in zip(errors, xs)) / n,
                    2 * sum(errors) / n,
                )
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                # Expanded: everything from the moments of x and y.
                mx, my, mxx, mxy, myy = x.mean(), y.mean(), (x * x).mean(), (x * y).mean(), (y * y).mean()
                loss = w * w * mxx + 2 * w * b * mx + b * b - 2 * w * mxy - 2 * b * my + myy
                return [loss, 2 * (w * mxx + b * mx - mxy), 2 * (w * mx + b - my)]
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                x, y = x.squeeze(1), y.squeeze(1)
                r = torch.add(b, x, alpha=1) - y if False else w * x + b - y
                return torch.mean(torch.square(r)), torch.dot(r, x) * 2 / r.numel(), r.sum() * 2 / r.numel()
            """),
        code("""
            def mse_and_gradients(w, b, x, y):
                loss = nn.functional.mse_loss(w * x + b, y)
                r = w * x + b - y
                return loss, torch.einsum("ij,ij->", r, x) * 2 / r.shape[0], r.mean() * 2
            """),
    ),
    wrong=(
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean(), (r * x).mean(), r.mean()
            """,
            "the factor 2 of the square is missing",
            "mse_and_gradients-loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = y - w * x - b
                return r.square().mean(), 2 * (r * x).mean(), 2 * r.mean()
            """,
            "the sign is turned: with r = y − ŷ the inner derivative is −x",
            "mse_and_gradients-loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean(), 2 * r.mean() * x.mean(), 2 * r.mean()
            """,
            "the mean of a product is not the product of the means",
            "mse_and_gradients-loss",
            "mse_and_gradients-intercept",
            "mse_and_gradients-edges",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().sum(), 2 * (r * x).sum(), 2 * r.sum()
            """,
            "the mean, not the sum",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean() / 2, (r * x).mean(), r.mean()
            """,
            "there is no half in this loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean(), 2 * r.mean(), 2 * (r * x).mean()
            """,
            "this is ∂L/∂b: the order is loss, ∂L/∂w, ∂L/∂b",
            "mse_and_gradients-loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                w = w.clone().requires_grad_()
                b = b.clone().requires_grad_()
                loss = (w * x + b - y).square().mean()
                loss.backward()
                return loss.detach(), w.grad, b.grad
            """,
            "derive the formulas and write them down, without autograd",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                f = lambda w, b: (w * x + b - y).square().mean()
                dw, db = torch.func.grad(f, argnums=(0, 1))(w, b)
                return f(w, b), dw, db
            """,
            "derive the formulas and write them down, without autograd",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                n = len(x)
                return r.T @ r / n, 2 * x.T @ r / n, 2 * r.mean()
            """,
            "the right number with axes left over; 0-d means shape ()",
            "mse_and_gradients-intercept",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean(), 2 * r * x, 2 * r
            """,
            "the n terms of ∂L/∂w; their mean is asked",
            "mse_and_gradients-loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.square().mean()
            """,
            "return three numbers: the loss, ∂L/∂w and ∂L/∂b",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.abs().mean(), 2 * (r * x).mean(), 2 * r.mean()
            """,
            "that is the mean of the absolute errors; square them",
            "mse_and_gradients-slope",
            "mse_and_gradients-intercept",
            "mse_and_gradients-edges",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y
                return r.mean() ** 2, 2 * (r * x).mean(), 2 * r.mean()
            """,
            "the mean of the squares, not the square of the mean",
            "mse_and_gradients-slope",
            "mse_and_gradients-intercept",
            "mse_and_gradients-edges",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                r = w * x + b - y.flatten()
                return r.square().mean(), 2 * (r * x).mean(), 2 * r.mean()
            """,
            "(n, 1) against (n,): n² differences were averaged",
            "mse_and_gradients-intercept",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                def loss(w, b):
                    return (w * x + b - y).square().mean()
                h = 1e-4
                return loss(w, b), (loss(w + h, b) - loss(w, b)) / h, (loss(w, b + h) - loss(w, b)) / h
            """,
            "close, but not exact: differences of losses approximate the slope",
            "mse_and_gradients-loss",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                def loss(w, b):
                    return (w * x + b - y).square().mean()
                h = 1e-3
                return (
                    loss(w, b),
                    (loss(w + h, b) - loss(w - h, b)) / (2 * h),
                    (loss(w, b + h) - loss(w, b - h)) / (2 * h),
                )
            """,
            "for one point with error 1 at x = 2 the formulas give exactly 1, 4 and 2",
            "mse_and_gradients-loss",
            "mse_and_gradients-slope",
            "mse_and_gradients-intercept",
        ),
        wrong(
            """
            def mse_and_gradients(w, b, x, y):
                y -= w * x + b
                return y.square().mean(), -2 * (y * x).mean(), -2 * y.mean()
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
    ),
)

FIT_LINE_GD = Answers(
    right=(
        code("""
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros(1, requires_grad=True)
                b = torch.zeros(1, requires_grad=True)
                history = []
                for epoch in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                        w.grad.zero_()
                        b.grad.zero_()
                return w.item(), b.item(), history
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                w, b, history = torch.tensor(0.0), torch.tensor(0.0), []
                for _ in range(epochs):
                    w, b = w.detach().requires_grad_(), b.detach().requires_grad_()
                    loss = (w * x + b - y).pow(2).mean()
                    history.append(float(loss))
                    dw, db = torch.autograd.grad(loss, (w, b))
                    w, b = w - lr * dw, b - lr * db
                return float(w), float(b), history
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                A = torch.cat([x, torch.ones_like(x)], dim=1)
                theta = torch.zeros(2, 1, requires_grad=True)
                losses = []
                for _ in range(epochs):
                    theta.grad = None
                    loss = torch.mean((A @ theta - y) ** 2)
                    loss.backward()
                    theta.data = theta.data - lr * theta.grad
                    losses.append(loss.detach().item())
                return *theta.flatten().tolist(), losses
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                w = b = 0.0
                history = []
                for _ in range(epochs):
                    r = w * x + b - y
                    history.append((r * r).mean().item())
                    w, b = w - lr * 2 * (r * x).mean().item(), b - lr * 2 * r.mean().item()
                return w, b, history
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                loss_of = torch.func.grad_and_value(lambda p: (p[0] * x + p[1] - y).square().mean())
                p, history = torch.zeros(2), []
                while len(history) < epochs:
                    step, loss = loss_of(p)
                    history += [loss.item()]
                    p = p - lr * step
                return p[0].item(), p[1].item(), history
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                params = [torch.zeros((), requires_grad=True) for _ in range(2)]

                def loss():
                    return (params[0] * x + params[1] - y).square().mean()

                @torch.no_grad()
                def step():
                    for p in params:
                        p.sub_(p.grad, alpha=lr)
                        p.grad = None

                history = []
                for _ in range(epochs):
                    now = loss()
                    now.backward()
                    step()
                    history.append(now.item())
                return params[0].item(), params[1].item(), history
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                def go(w, b, left):
                    if left == 0:
                        return w.item(), b.item(), []
                    loss = (w * x + b - y).square().mean()
                    loss.backward()
                    after = [(p - lr * p.grad).detach().requires_grad_() for p in (w, b)]
                    w_end, b_end, rest = go(*after, left - 1)
                    return w_end, b_end, [loss.item(), *rest]

                return go(torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True), epochs)
            """),
        code("""
            def fit_line_gd(x, y, lr, epochs):
                xs, ys = np.float64(x.numpy()).ravel(), np.float64(y.numpy()).ravel()
                theta, history = np.zeros(2), []
                A = np.stack([xs, np.ones_like(xs)], axis=1)
                for _ in range(epochs):
                    r = A @ theta - ys
                    history.append(r @ r / len(r))
                    theta -= lr * 2 / len(r) * (A.T @ r)
                return *theta, history
            """),
    ),
    wrong=(
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                return w.item(), b.item(), history
            """,
            "gradients pile up: without clearing them each step repeats all the earlier",
            "fit_line_gd-edges",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                loss = ((w * x + b - y) ** 2).mean()
                for _ in range(epochs):
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "the forward pass belongs inside the loop: a graph can be walked once",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                    history.append(loss)
                return w.item(), b.item(), history
            """,
            "store numbers (.item()): a tensor keeps the graph of its whole epoch alive",
            "fit_line_gd-line",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    w -= lr * w.grad
                    b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "the update itself was recorded: put it under torch.no_grad()",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    w = w - lr * w.grad
                    b = b - lr * b.grad
                return w.item(), b.item(), history
            """,
            "a .grad is None: `w = w - …` makes a new tensor, which is no leaf any more",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).sum()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "the loss is the mean over the points, not the sum",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                    history.append(((w * x + b - y) ** 2).mean().item())
                return w.item(), b.item(), history
            """,
            "history[t] is the loss before step t; these are the losses after it",
            "fit_line_gd-line",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w += lr * w.grad
                        b += lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "that goes uphill: subtract the gradient",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w, b, history
            """,
            "w should be a Python float (.item()), not a torch.Tensor",
            "fit_line_gd-history",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                model = nn.Linear(1, 1)
                nn.init.zeros_(model.weight)
                nn.init.zeros_(model.bias)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                history = []
                for _ in range(epochs):
                    loss = nn.functional.mse_loss(model(x), y)
                    history.append(loss.item())
                    optimiser.zero_grad()
                    loss.backward()
                    optimiser.step()
                return model.weight.item(), model.bias.item(), history
            """,
            "write the loop yourself, without nn, optim or a ready-made fit",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                x, y = x.squeeze(), y
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "(n, 1) against (n,): n² residuals were averaged, and the slope is lost",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs + 1):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "one step too many",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.randn((), requires_grad=True)
                b = torch.randn((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "w, b after 2 epochs with lr 0.05, from w = b = 0",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                torch.set_grad_enabled(True)
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    torch.set_grad_enabled(True)
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    torch.set_grad_enabled(False)
                    w -= lr * w.grad
                    b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "your function leaves gradients switched off for the whole program",
            "fit_line_gd-line",
            "fit_line_gd-history",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                history = []
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "b is never updated",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = torch.zeros((), requires_grad=True)
                b = torch.zeros((), requires_grad=True)
                for _ in range(epochs):
                    loss = ((w * x + b - y) ** 2).mean()
                    history = [loss.item()]
                    loss.backward()
                    with torch.no_grad():
                        w -= lr * w.grad
                        b -= lr * b.grad
                    w.grad = b.grad = None
                return w.item(), b.item(), history
            """,
            "1 losses for 5 epochs: one before each step",
            "fit_line_gd-line",
        ),
        wrong(
            """
            def fit_line_gd(x, y, lr, epochs):
                w = b = 0.0
                history = []
                for _ in range(epochs):
                    history.append((w * x + b - y).square().mean().item())
                    w = w - lr * 2 * ((w * x + b - y) * x).mean().item()
                    b = b - lr * 2 * (w * x + b - y).mean().item()
                return w, b, history
            """,
            "w was updated before the gradient of b was taken",
        ),
        wrong(
            """
            W0 = torch.zeros((), requires_grad=True)
            B0 = torch.zeros((), requires_grad=True)

            def fit_line_gd(x, y, lr, epochs):
                history = []
                for _ in range(epochs):
                    loss = ((W0 * x + B0 - y) ** 2).mean()
                    history.append(loss.item())
                    loss.backward()
                    with torch.no_grad():
                        W0.sub_(lr * W0.grad)
                        B0.sub_(lr * B0.grad)
                    W0.grad = B0.grad = None
                return W0.item(), B0.item(), history
            """,
            "w, b after 30 epochs with lr 0.02, from w = b = 0",
        ),
    ),
)

MAX_STABLE_LR = Answers(
    right=(
        code("""
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
                H = 2 / len(X) * A.T @ A
                return 2 / torch.linalg.eigvalsh(H).max().item()
            """),
        code("""
            def max_stable_lr(X):
                A = nn.functional.pad(X, (0, 1), value=1.0)
                return len(A) / torch.linalg.svdvals(A)[0].item() ** 2
            """),
        code("""
            def max_stable_lr(X):
                A = np.column_stack([X.numpy().astype(np.float64), np.ones(X.shape[0])])
                return 2 / np.linalg.eigvalsh(2 * A.T @ A / len(A))[-1]
            """),
        code("""
            def max_stable_lr(X):
                A = torch.hstack([X.new_ones(X.shape[0], 1), X])
                return (len(A) / torch.linalg.matrix_norm(A, ord=2).square()).item()
            """),
        code("""
            def max_stable_lr(X):
                n, d = X.shape
                theta = torch.zeros(d + 1, dtype=X.dtype)
                def loss(theta):
                    return (X @ theta[:d] + theta[d]).square().mean()
                H = torch.autograd.functional.hessian(loss, theta)
                return 2 / torch.linalg.eigh(H).eigenvalues[-1].item()
            """),
        code("""
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1).double()
                H = 2 / len(A) * A.T @ A
                v = torch.ones(len(H), 1, dtype=torch.float64) + torch.arange(len(H))[:, None] / 7
                for _ in range(60):  # power iteration by squaring
                    H = H / H.norm()
                    H = H @ H
                v = H @ v
                top = (A @ v).square().sum() / v.square().sum() * 2 / len(A)
                return 2 / top.item()
            """),
        code("""
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], 1)
                values = torch.linalg.eigvals(A.T @ A * 2 / len(A)).real
                return 2.0 / float(max(values))
            """),
    ),
    wrong=(
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 1 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[-1].item()
            """,
            "1/λ_max is safe, but it is not the limit",
        ),
        wrong(
            """
            def max_stable_lr(X):
                return 2 / torch.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1].item()
            """,
            "the intercept is a parameter too: append a column of ones",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[0].item()
            """,
            "the steepest direction sets the limit: the largest eigenvalue",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(A.T @ A / len(X))[-1].item()
            """,
            "H is (2/n) Aᵀ A: the factor 2 of the square is missing",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(2 * A.T @ A)[-1].item()
            """,
            "H is (2/n) Aᵀ A: the loss is a mean, and the 1/n is missing",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(A.T @ A)[-1].item()
            """,
            "H is (2/n) Aᵀ A: the factor 2/n is missing",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[-1].item()
            """,
            "that is λ_max; the limit is 2 divided by it",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[-1]
            """,
            "the right number as a tensor; a Python float is asked (.item())",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.trace(2 / len(X) * A.T @ A).item()
            """,
            "the trace is the sum of all eigenvalues; the largest alone is asked",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(A).max().item()
            """,
            "eigenvalues belong to a square matrix: H = (2/n) Aᵀ A is (d + 1, d + 1)",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones(X.shape[1], 1)], dim=1)
                return 2 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[-1].item()
            """,
            "the column of ones has n rows: A = [X 1] is (n, d + 1)",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return 2 / (2 / len(X) * torch.linalg.svdvals(A)[0].item())
            """,
            "singular values of A must be squared to be eigenvalues of Aᵀ A",
        ),
        wrong(
            """
            def max_stable_lr(X):
                centred = X - X.mean(dim=0)
                A = torch.cat([centred, torch.ones_like(X[:, :1])], dim=1)
                return 2 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)[-1].item()
            """,
            "X comes as it is, and the limit depends on where its columns lie",
        ),
        wrong(
            """
            def max_stable_lr(X):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                return (2 / torch.linalg.eigvalsh(2 / len(X) * A.T @ A)).tolist()
            """,
            "for a torch.float64 table of shape (5, 2)",
        ),
        wrong(
            """
            def max_stable_lr(X):
                x, y = X[:, :1], 3 * X[:, :1] + 2
                lr = 1.0
                while True:
                    w = b = 0.0
                    for _ in range(200):
                        r = w * x + b - y
                        w, b = w - lr * 2 * (r * x).mean().item(), b - lr * 2 * r.mean().item()
                    if abs(w) < 1e3:
                        return lr
                    lr *= 0.9
            """,
            "for a torch.float64 table of shape (5, 2)",
        ),
    ),
)

POLYFIT = Answers(
    right=(
        code("""
            def polyfit(x, y, degree):
                V = torch.stack([x.double() ** k for k in range(degree + 1)], dim=1)
                return torch.linalg.lstsq(V, y.double()).solution
            """),
        code("""
            def polyfit(x, y, degree):
                V = torch.linalg.vander(x.to(torch.float64), N=max(2, degree + 1))[:, : degree + 1]
                Q, R = torch.linalg.qr(V)
                return torch.linalg.solve_triangular(R, Q.T @ y.double()[:, None], upper=True).squeeze(1)
            """),
        code("""
            def polyfit(x, y, degree):
                V = np.vander(x.numpy().astype(np.float64), degree + 1, increasing=True)
                return torch.from_numpy(np.linalg.lstsq(V, y.numpy().astype(np.float64), rcond=None)[0])
            """),
        code("""
            def polyfit(x, y, degree):
                V = x.double().unsqueeze(1).pow(torch.arange(degree + 1))
                return torch.linalg.pinv(V) @ y.double()
            """),
        code("""
            def polyfit(x, y, degree):
                columns = [torch.ones(len(x), dtype=torch.float64)]
                for _ in range(degree):
                    columns.append(columns[-1] * x)
                V = torch.column_stack(columns)
                return torch.linalg.lstsq(V, y[:, None].double(), driver="gelsd").solution.flatten()
            """),
        code("""
            def polyfit(x, y, degree):
                # The highest power first, then turned round; solved by the normal equations in float64.
                V = x.double()[:, None] ** torch.arange(degree, -1, -1)
                return torch.linalg.solve(V.T @ V, V.T @ y.double()).flip(0)
            """),
        code("""
            def polyfit(x, y, degree):
                with torch.no_grad():
                    V = torch.ones(len(x), degree + 1, dtype=torch.double)
                    V[:, 1:] = x.double()[:, None]
                    V = V.cumprod(dim=1)
                    U, S, Vh = torch.linalg.svd(V, full_matrices=False)
                    return Vh.mT @ (U.mT @ y.double() / S)
            """),
    ),
    wrong=(
        wrong(
            """
            def polyfit(x, y, degree):
                V = torch.linalg.vander(x.double(), N=degree + 1)
                return torch.linalg.pinv(V) @ y.double()
            """,
            "degree 0 has one column, of ones; torch.linalg.vander refuses so few",
            "polyfit-nine",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x[:, None] ** torch.arange(degree + 1)
                return torch.linalg.solve(V.T @ V, V.T @ y).double()
            """,
            "compute in float64 from the beginning (powers included)",
            "polyfit-exact",
            "polyfit-noisy",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree, -1, -1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0]
            """,
            "the lowest power comes first",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                return torch.from_numpy(np.polyfit(x.double().numpy(), y.double().numpy(), degree)[::-1].copy())
            """,
            "build the table of powers and solve, without the ready-made function",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x[:, None] ** torch.arange(degree + 1)
                return torch.linalg.lstsq(V, y[:, None]).solution[:, 0].double()
            """,
            "compute in float64 from the beginning (powers included)",
            "polyfit-exact",
            "polyfit-noisy",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = (x[:, None] ** torch.arange(degree + 1)).double()
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0]
            """,
            "compute in float64 from the beginning (powers included)",
            "polyfit-exact",
            "polyfit-noisy",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                return torch.linalg.inv(V.T @ V) @ V.T @ y.double()
            """,
            "compute in float64 from the beginning (powers included)",
            "polyfit-exact",
            "polyfit-noisy",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0].float()
            """,
            "float64 is asked",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution
            """,
            "a vector of degree + 1 coefficients is asked, not a column",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(1, degree + 1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0]
            """,
            "degree 2 has three coefficients: the powers 0, 1 and 2",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0]
            """,
            "degree 2 has three coefficients: the powers 0, 1 and 2",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double() ** torch.arange(degree + 1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0]
            """,
            "lstsq wants y as a column: y[:, None], and gives a column back",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x[:, None] ** torch.arange(degree + 1, dtype=torch.float64)
                return torch.linalg.lstsq(V, y[:, None]).solution[:, 0]
            """,
            "x and y are float32: convert both to float64 (.double()) first",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                return torch.linalg.lstsq(V, y.double()[:, None]).solution[:, 0].tolist()
            """,
            "the right numbers in a list; a tensor is asked",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x[:, None] ** torch.arange(degree + 1)
                Q, R = torch.linalg.qr(V)
                return torch.linalg.solve_triangular(R, Q.T @ y[:, None], upper=True)[:, 0].double()
            """,
            "compute in float64 from the beginning (powers included)",
            "polyfit-exact",
            "polyfit-noisy",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                c = torch.zeros(degree + 1, dtype=torch.float64)
                for _ in range(1000):
                    c -= 0.1 * 2 / len(x) * V.T @ (V @ c - y.double())
                return c
            """,
            "for 4 − 3x + 2x²",
        ),
        wrong(
            """
            def polyfit(x, y, degree):
                V = x.double()[:, None] ** torch.arange(degree + 1)
                return torch.linalg.solve(V.T @ V + 1e-6 * torch.eye(degree + 1), V.T @ y.double())
            """,
            "for 9 points and degree 5",
            "polyfit-exact",
        ),
    ),
)

LEAST_SQUARES = Answers(
    right=(
        code("""
            def least_squares(X, y):
                A = torch.cat([X, torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
                theta = torch.linalg.pinv(A) @ y
                return theta[:-1], theta[-1]
            """),
        code("""
            def least_squares(X, y):
                A = torch.column_stack([torch.ones_like(y), X])
                theta = torch.linalg.lstsq(A, y).solution
                return theta[1:], theta[0]
            """),
        code("""
            def least_squares(X, y):
                centre, middle = X.mean(0), y.mean()
                w = torch.linalg.lstsq(X - centre, (y - middle).unsqueeze(1), driver="gelss").solution.squeeze(1)
                return w, middle - centre @ w
            """),
        code("""
            def least_squares(X, y):
                A = np.c_[X.numpy(), np.ones(len(X))]
                theta = np.linalg.lstsq(A, y.numpy(), rcond=None)[0]
                return torch.from_numpy(theta[:-1]), torch.tensor(theta[-1])
            """),
        code("""
            def least_squares(X, y):
                A = nn.functional.pad(X, (0, 1), value=1)
                U, S, Vh = torch.linalg.svd(A, full_matrices=False)
                keep = S > 1e-10 * S[0]
                theta = Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
                *w, b = theta
                return torch.stack(w), b
            """),
        code("""
            def least_squares(X, y):
                A = torch.hstack((X, X.new_ones(X.shape[0], 1)))
                values, vectors = torch.linalg.eigh(A.T @ A)
                inverse = torch.where(values > 1e-11 * values[-1], 1 / values, 0)
                theta = vectors @ (inverse * (vectors.T @ (A.T @ y)))
                return theta[: X.shape[1]], theta[X.shape[1]]
            """),
        code("""
            def least_squares(X, y):
                A = torch.cat([X, torch.ones_like(X[:, :1])], 1)
                theta = torch.linalg.pinv(A.T @ A, hermitian=True) @ A.T @ y
                return theta.split([X.shape[1], 1])[0], theta[-1]
            """),
        code("""
            def least_squares(X, y):
                ones = torch.ones(X.size(0), 1, dtype=torch.float64)
                solution = torch.linalg.lstsq(torch.cat((X, ones), -1), y.view(-1, 1), driver="gelsd").solution
                return solution[:-1].flatten(), solution[-1].squeeze()
            """),
    ),
    wrong=(
        wrong(
            """
            def least_squares(X, y):
                w = torch.linalg.solve(X.T @ X, X.T @ y)
                return w, y.new_zeros(())
            """,
            "without a column of ones the line is forced through the origin",
        ),
        wrong(
            """
            def least_squares(X, y):
                w = torch.linalg.pinv(X) @ y
                return w, (y - X @ w).mean()
            """,
            "w first and b afterwards is not the joint minimum (unless X is centred)",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X.new_ones(len(X), 1), X], dim=1)
                theta = torch.linalg.pinv(A) @ y
                return theta[:-1], theta[-1]
            """,
            "the entries are in another order than you take them",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.solve(A.T @ A, A.T @ y)
                return theta[:-1], theta[-1]
            """,
            "columns may depend on each other, and then AᵀA has no inverse",
            "least_squares-exact",
            "least_squares-noisy",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.inv(A.T @ A) @ A.T @ y
                return theta[:-1], theta[-1]
            """,
            "columns may depend on each other, and then AᵀA has no inverse",
            "least_squares-exact",
            "least_squares-noisy",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                Q, R = torch.linalg.qr(A)
                theta = torch.linalg.solve_triangular(R, Q.T @ y[:, None], upper=True)[:, 0]
                return theta[:-1], theta[-1]
            """,
            "the residuals do not add up to 0, so this is not the minimum",
            "least_squares-exact",
            "least_squares-noisy",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, torch.ones(len(X), 1)], dim=1)
                theta = torch.linalg.pinv(A) @ y
                return theta
            """,
            "return w and b",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.lstsq(A, y[:, None], driver="gelsd").solution
                return theta[:-1], theta[-1]
            """,
            "w should have shape (1,), it has (1, 1)",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.pinv(A) @ y
                return theta[:-1], theta[-1].item()
            """,
            "b should be a torch.Tensor, not a float",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X))], dim=1)
                theta = torch.linalg.pinv(A) @ y
                return theta[:-1], theta[-1]
            """,
            "the column of ones has the shape (n, 1)",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.solve(A.T @ A + 1e-3 * torch.eye(A.shape[1], dtype=A.dtype), A.T @ y)
                return theta[:-1], theta[-1]
            """,
            "another w and b fit better",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.zeros(A.shape[1], dtype=A.dtype)
                for _ in range(2000):
                    theta -= 0.05 * 2 / len(A) * A.T @ (A @ theta - y)
                return theta[:-1], theta[-1]
            """,
            "for 2 points on a plane in 1 features",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.linalg.lstsq(A, y[:, None], driver="gels").solution[:, 0]
                return theta[:-1], theta[-1]
            """,
            "the residuals do not add up to 0, so this is not the minimum",
            "least_squares-exact",
            "least_squares-noisy",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X.float(), torch.ones(len(X), 1)], dim=1)
                theta = torch.linalg.pinv(A) @ y.float()
                return theta[:-1], theta[-1]
            """,
            "another w and b fit better",
        ),
        wrong(
            """
            def least_squares(X, y):
                A = torch.cat([X, X.new_ones(len(X), 1)], dim=1)
                theta = torch.cholesky_solve((A.T @ y)[:, None], torch.linalg.cholesky(A.T @ A))[:, 0]
                return theta[:-1], theta[-1]
            """,
            "columns may depend on each other, and then AᵀA has no inverse",
            "least_squares-exact",
            "least_squares-noisy",
        ),
        wrong(
            """
            def least_squares(X, y):
                w = ((X - X.mean(0)) * (y - y.mean())[:, None]).sum(0) / (X - X.mean(0)).square().sum(0)
                return w, y.mean() - X.mean(0) @ w
            """,
            "another w and b fit better",
        ),
    ),
)

MINIBATCHES = Answers(
    right=(
        code("""
            def minibatches(n, batch_size, gen):
                return torch.randperm(n, generator=gen).split(batch_size) if n else ()
            """),
        code("""
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen)
                for start in range(0, n, batch_size):
                    yield order[start : start + batch_size]
            """),
        code("""
            def minibatches(n, batch_size, gen):
                order = torch.rand(n, generator=gen).argsort()
                count = -(-n // batch_size)
                return [order[i * batch_size : (i + 1) * batch_size] for i in range(count)]
            """),
        code("""
            def minibatches(n, batch_size, gen):
                if n == 0:
                    return []
                loader = torch.utils.data.DataLoader(
                    torch.arange(n), batch_size=batch_size, shuffle=True, generator=gen
                )
                return list(loader)
            """),
        code("""
            class minibatches:
                def __init__(self, n, batch_size, gen):
                    self.rest = torch.randperm(n, generator=gen)
                    self.size = batch_size

                def __iter__(self):
                    return self

                def __next__(self):
                    if not len(self.rest):
                        raise StopIteration
                    batch, self.rest = self.rest[: self.size], self.rest[self.size :]
                    return batch
            """),
        code("""
            import itertools

            def minibatches(n, batch_size, gen):
                order = iter(torch.randperm(n, generator=gen).tolist())
                while batch := list(itertools.islice(order, batch_size)):
                    yield torch.tensor(batch)
            """),
        code("""
            def minibatches(n, batch_size, gen):
                # Fisher-Yates, one place at a time.
                order = list(range(n))
                for i in range(n - 1, 0, -1):
                    j = int(torch.randint(i + 1, (1,), generator=gen))
                    order[i], order[j] = order[j], order[i]
                order = torch.tensor(order, dtype=torch.int64)
                return tuple(batch for batch in order.split(batch_size) if batch.numel())
            """),
        code("""
            from torch.utils.data import BatchSampler

            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen).tolist()
                return map(torch.tensor, BatchSampler(order, batch_size, drop_last=False))
            """),
    ),
    wrong=(
        wrong(
            """
            def minibatches(n, batch_size, gen):
                return torch.arange(n).split(batch_size) if n else ()
            """,
            "not shuffled: data that lie in order would give biased batches",
            "minibatches-once",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                p = torch.randperm(n, generator=gen)
                return [p[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size)]
            """,
            "1 of 7 items never come: the rest makes a last, shorter batch",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                gen = torch.Generator().manual_seed(0)
                return torch.randperm(n, generator=gen).split(batch_size) if n else ()
            """,
            "the same order in every epoch: draw from gen, which moves on",
            "minibatches-once",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                return torch.randperm(n).split(batch_size) if n else ()
            """,
            "draw from the generator that you were given (generator=…)",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n)
                for start in range(0, n, batch_size):
                    yield order[start : start + batch_size]
            """,
            "draw from the generator that you were given (generator=…)",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                return torch.randperm(n, generator=gen).split(batch_size)
            """,
            "for n = 0 there is no batch: an empty one would make a mean of nothing",
            "minibatches-once",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                count = -(-n // batch_size)
                return [torch.randint(n, (batch_size,), generator=gen) for _ in range(count)]
            """,
            "an index comes twice: shuffle all of them, and do not draw with replacement",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen)
                return [order[i : i + batch_size].tolist() for i in range(0, n, batch_size)]
            """,
            "a batch should be a torch.Tensor, not a list",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                return torch.randperm(n, generator=gen).chunk(batch_size) if n else ()
            """,
            "4 batches of sizes [3, 3, 3, 3] for n = 12 and batch_size = 4",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                pieces = torch.arange(n).split(batch_size) if n else ()
                return [pieces[i] for i in torch.randperm(len(pieces), generator=gen)]
            """,
            "the batches have sizes [4, 1, 4]: all should have 4 entries",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                pieces = torch.arange(n).split(batch_size) if n else ()
                return [piece[torch.randperm(len(piece), generator=gen)] for piece in pieces]
            """,
            "each batch holds the items of its own stretch: shuffle all items, then cut",
            "minibatches-once",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                gen.manual_seed(0)
                return torch.randperm(n, generator=gen).split(batch_size) if n else ()
            """,
            "the same order in every epoch: draw from gen, which moves on",
            "minibatches-once",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen)
                while len(order) >= batch_size:
                    yield order[:batch_size]
                    order = order[batch_size:]
            """,
            "1 of 7 items never come: the rest makes a last, shorter batch",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen) + 1
                return order.split(batch_size) if n else ()
            """,
            "the indices run from 0 to n − 1; yours from 1 to 12",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                seed = gen.initial_seed()
                order = torch.from_numpy(np.random.default_rng(seed).permutation(n))
                return order.split(batch_size) if n else ()
            """,
            "the same order in every epoch: draw from gen, which moves on",
            "minibatches-once",
            "minibatches-edges",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen, dtype=torch.int32)
                return order.split(batch_size) if n else ()
            """,
            "indices are int64; these are torch.int32",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                order = torch.randperm(n, generator=gen)
                extra = -n % batch_size
                order = torch.cat([order, order[:extra]])
                return order.split(batch_size) if n else ()
            """,
            "9 indices for 7 items: each should come exactly once",
            "minibatches-shuffled",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                return torch.randperm(n, generator=gen)[:batch_size]
            """,
            "that is one tensor; all the batches of an epoch are asked",
        ),
        wrong(
            """
            def minibatches(n, batch_size, gen):
                count = -(-n // batch_size)
                return torch.randperm(n, generator=gen).tensor_split(count) if n else ()
            """,
            "the batches have sizes [3, 2, 2]: all should have 3 entries",
            "minibatches-shuffled",
            "minibatches-edges",
        ),
    ),
)

MOMENTUM_STEP = Answers(
    right=(
        code("""
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return p - lr * buf, buf
            """),
        code("""
            def momentum_step(p, g, buf, lr, mu):
                if buf is None:
                    buf = torch.zeros_like(g)
                v = torch.add(g, buf, alpha=mu)
                return torch.sub(p, v, alpha=lr), v
            """),
        code("""
            def momentum_step(p, g, buf, lr, mu):
                v = g.clone()
                if buf is not None:
                    v.add_(buf, alpha=mu)
                return p.clone().sub_(v, alpha=lr), v
            """),
        code("""
            def momentum_step(p, g, buf, lr, mu):
                old = 0 if buf is None else buf
                new = old * mu + g
                return [p + (-lr) * new, new]
            """),
        code("""
            momentum_step = lambda p, g, buf, lr, mu: (
                (p - lr * g, g) if buf is None else (p - lr * (mu * buf + g), mu * buf + g)
            )
            """),
        code("""
            def momentum_step(p, g, buf, lr, mu):
                v = g.numpy() + (0 if buf is None else mu * buf.numpy())
                v = torch.tensor(v, dtype=g.dtype)
                return p - v * lr, v
            """),
        code("""
            class Momentum:
                def __call__(self, p, g, buf, lr, mu):
                    v = self.speed(g, buf, mu)
                    return p - lr * v, v

                def speed(self, g, buf, mu):
                    return g.detach() if buf is None else torch.lerp(g, mu * buf + g, 1.0)

            momentum_step = Momentum()
            """),
    ),
    wrong=(
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = (1 - mu) * g if buf is None else mu * buf + (1 - mu) * g
                return p - lr * buf, buf
            """,
            "that is the averaged form, whose first step is (1 − μ) times as long",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = torch.zeros_like(g) if buf is None else mu * buf + g
                return p - lr * buf, buf
            """,
            "the first step must already use g: the first buffer is g, not 0",
            "momentum_step-edges",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return p - lr * g, buf
            """,
            "step along the new buffer, not along the raw gradient",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = lr * g if buf is None else mu * buf + lr * g
                return p - buf, buf
            """,
            "the learning rate does not go into the buffer, only into the step",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + (1 - mu) * g
                return p - lr * buf, buf
            """,
            "that is the averaged form: the gradient is weighted with 1 − μ",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                if buf is None:
                    buf = g.clone()
                else:
                    buf.mul_(mu).add_(g)
                return p - lr * buf, buf
            """,
            "your function changed the tensor it was given; compute a new one instead",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                p -= lr * buf
                return p, buf
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                new = mu * buf + g
                return p - lr * new, new
            """,
            "at the first step buf is None, and the new buffer is g",
            "momentum_step-edges",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                new = mu * buf + g if buf else g
                return p - lr * new, new
            """,
            "ask `buf is None`: a tensor is neither true nor false",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                new = g if buf is None else mu * buf + g
                return p - lr * (g if buf is None else buf), new
            """,
            "step along the new buffer, not along the old one",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return p - lr * (g + mu * buf), buf
            """,
            "that is Nesterov's step, which looks ahead",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return p + lr * buf, buf
            """,
            "downhill is against the gradient: p − lr v",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = -lr * g if buf is None else mu * buf - lr * g
                return p + buf, buf
            """,
            "the buffer holds v = μ v + g, without the learning rate and with a plus",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else buf + mu * g
                return p - lr * buf, buf
            """,
            "μ belongs to the old buffer, not to the gradient",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else buf + g
                return p - lr * buf, buf
            """,
            "the old buffer is multiplied by μ",
            "momentum_step-first",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                q = p.clone().requires_grad_()
                q.grad = g.clone()
                optimiser = torch.optim.SGD([q], lr=lr, momentum=mu)
                optimiser.step()
                return q.detach(), optimiser.state[q]["momentum_buffer"]
            """,
            "write the two lines yourself, without torch.optim",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return p - lr * buf
            """,
            "return two tensors, the new parameter and the new buffer",
        ),
        wrong(
            """
            def momentum_step(p, g, buf, lr, mu):
                buf = g if buf is None else mu * buf + g
                return buf, p - lr * buf
            """,
            "first the parameter, then the buffer",
        ),
    ),
)

RIDGE = Answers(
    right=(
        code("""
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d), Xc.T @ yc)
                return w, y.mean() - X.mean(0) @ w
            """),
        code("""
            def ridge(X, y, lam):
                Xc, yc = X - X.mean(0), y - y.mean()
                n, d = X.shape
                w = torch.linalg.solve(Xc.T @ Xc / n + lam * torch.eye(d).double(), Xc.T @ yc / n)
                return w, y.mean() - X.mean(0) @ w
            """),
        code("""
            def ridge(X, y, lam):
                n, d = X.shape
                A = torch.cat([X, X.new_ones(n, 1)], dim=1)
                penalty = torch.diag(torch.tensor([1.0] * d + [0.0], dtype=X.dtype))
                theta = torch.linalg.solve(A.T @ A + n * lam * penalty, A.T @ y)
                return theta[:d], theta[d]
            """),
        code("""
            def ridge(X, y, lam):
                # Rows that ask for small weights, appended to the least-squares problem.
                n, d = X.shape
                A = torch.cat([X, X.new_ones(n, 1)], dim=1)
                extra = torch.cat([(n * lam) ** 0.5 * torch.eye(d, dtype=X.dtype), X.new_zeros(d, 1)], dim=1)
                theta = torch.linalg.lstsq(torch.cat([A, extra]), torch.cat([y, y.new_zeros(d)])).solution
                return theta[:-1], theta[-1]
            """),
        code("""
            def ridge(X, y, lam):
                middle = X.mean(dim=0)
                U, S, Vh = torch.linalg.svd(X - middle, full_matrices=False)
                shrink = S / (S**2 + len(X) * lam)
                w = Vh.T @ (shrink * (U.T @ (y - y.mean())))
                return w, (y - X @ w).mean()
            """),
        code("""
            def ridge(X, y, lam):
                n, d = X.shape
                x, t = X.numpy(), y.numpy()
                centred = x - x.mean(axis=0)
                w = np.linalg.solve(centred.T @ centred + n * lam * np.identity(d), centred.T @ (t - t.mean()))
                return torch.from_numpy(w), torch.tensor(t.mean() - x.mean(axis=0) @ w)
            """),
        code("""
            def ridge(X, y, lam):
                # One Newton step is exact on a quadratic.
                n, d = X.shape

                def objective(theta):
                    return (X @ theta[:d] + theta[d] - y).square().mean() + lam * theta[:d].square().sum()

                start = torch.zeros(d + 1, dtype=X.dtype)
                H = torch.func.hessian(objective)(start)
                theta = -torch.linalg.solve(H, torch.func.grad(objective)(start))
                return theta[:d], theta[d]
            """),
        code("""
            def ridge(X, y, lam):
                n = len(X)
                C = torch.eye(n, dtype=X.dtype) - 1 / n  # takes the mean off
                w = torch.linalg.inv(X.T @ C @ X + n * lam * torch.eye(X.shape[1], dtype=X.dtype)) @ X.T @ C @ y
                return w, torch.mean(y - X @ w)
            """),
    ),
    wrong=(
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                theta = torch.linalg.solve(A.T @ A + n * lam * torch.eye(d + 1, dtype=X.dtype), A.T @ y)
                return theta[:-1], theta[-1]
            """,
            "the intercept was penalised: predictions would shrink towards 0 instead of",
            "ridge-unpenalised",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                w = torch.linalg.solve(X.T @ X + n * lam * torch.eye(d, dtype=X.dtype), X.T @ y)
                return w, (y - X @ w).mean()
            """,
            "w first and b afterwards is not the minimum of both: centre X and y first",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + lam * torch.eye(X.shape[1], dtype=X.dtype), Xc.T @ yc)
                return w, y.mean() - X.mean(0) @ w
            """,
            "the loss is a mean, so the penalty meets XᵀX with a factor n: n λ I",
            "ridge-unpenalised",
            "ridge-strong",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                theta = torch.linalg.solve(A.T @ A + lam * torch.eye(d + 1, dtype=X.dtype), A.T @ y)
                return theta[:-1], theta[-1]
            """,
            "the intercept was penalised (and the factor n of λ is missing)",
            "ridge-unpenalised",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                w = torch.linalg.solve(X.T @ X + n * lam * torch.eye(d, dtype=X.dtype), X.T @ y)
                return w, y.new_zeros(())
            """,
            "there is no intercept: b = mean(y) − mean(X) · w",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d, dtype=X.dtype), Xc.T @ yc)
                return w, y.mean()
            """,
            "w is right, but the mean of y is b only where X is centred: b = mean",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d, dtype=X.dtype), Xc.T @ yc)
                return w, (yc - Xc @ w).mean()
            """,
            "w is right; after centring, b = mean(y) − mean(X) · w brings the means back",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                theta = torch.linalg.lstsq(A, y).solution
                return theta[:-1], theta[-1]
            """,
            "the penalty is missing",
            "ridge-unpenalised",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam, Xc.T @ yc)
                return w, y.mean() - X.mean(0) @ w
            """,
            "the penalty stands on the diagonal: n λ I, not n λ added to every entry",
            "ridge-unpenalised",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d, dtype=X.dtype), Xc.T @ yc[:, None])
                return w, y.mean() - X.mean(0) @ w
            """,
            "w should have shape (2,), it has (2, 1)",
            "ridge-strong",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam / 2 * torch.eye(d, dtype=X.dtype), Xc.T @ yc)
                return w, y.mean() - X.mean(0) @ w
            """,
            "the factors 2 of both squares cancel: n λ I",
            "ridge-unpenalised",
            "ridge-strong",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc = (X - X.mean(0)) / X.std(0, correction=0)
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d, dtype=X.dtype), Xc.T @ (y - y.mean()))
                w = w / X.std(0, correction=0)
                return w, y.mean() - X.mean(0) @ w
            """,
            "X comes as it is; scaling its columns changes what the penalty costs",
            "ridge-unpenalised",
            "ridge-strong",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
                b = torch.zeros((), dtype=X.dtype, requires_grad=True)
                optimiser = torch.optim.SGD([w, b], lr=0.01)
                for _ in range(500):
                    optimiser.zero_grad()
                    ((X @ w + b - y).square().mean() + lam * w.square().sum()).backward()
                    optimiser.step()
                return w.detach(), b.detach()
            """,
            "for lam = 0.7 the gradient of the objective does not vanish at your answer",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                A = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
                penalty = torch.eye(d + 1, dtype=X.dtype)
                penalty[0, 0] = 0
                theta = torch.linalg.solve(A.T @ A + n * lam * penalty, A.T @ y)
                return theta[:-1], theta[-1]
            """,
            "the unpenalised entry is another one than the intercept",
            "ridge-unpenalised",
        ),
        wrong(
            """
            def ridge(X, y, lam):
                n, d = X.shape
                Xc, yc = X - X.mean(0), y - y.mean()
                w = torch.linalg.solve(Xc.T @ Xc + n * lam * torch.eye(d, dtype=X.dtype), Xc.T @ yc)
                return w
            """,
            "return w and b",
        ),
    ),
)

SPLIT_AND_SCALE = Answers(
    right=(
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                n = len(X)
                k = round(n * test_fraction)
                p = torch.randperm(n, generator=gen)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 1e-6, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """),
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                cut = len(X) - round(len(X) * test_fraction)
                order = torch.randperm(len(X), generator=gen)
                X, y = X[order], y[order]
                mean = X[:cut].mean(dim=0)
                std = ((X[:cut] - mean) ** 2).mean(dim=0).sqrt()
                std[std == 0] = 1
                Z = (X - mean) / std
                return (Z[:cut], y[:cut]), (Z[cut:], y[cut:])
            """),
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                n = y.numel()
                chosen = torch.rand(n, generator=gen).topk(round(n * test_fraction)).indices
                mask = torch.zeros(n, dtype=torch.bool)
                mask[chosen] = True
                var, mean = torch.var_mean(X[~mask], dim=0, unbiased=False)
                scale = var.sqrt().masked_fill(var == 0, 1.0)
                return tuple(((X[m] - mean) / scale, y[m]) for m in (~mask, mask))
            """),
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                n = len(X)
                k = int(round(test_fraction * n))
                parts = torch.utils.data.random_split(range(n), [n - k, k], generator=gen)
                (Xtr, ytr), (Xte, yte) = ((X[list(part)], y[list(part)]) for part in parts)
                mean, std = Xtr.mean(0, keepdim=True), Xtr.std(0, correction=0, keepdim=True)
                std = std + (std == 0)
                return [[(Xtr - mean) / std, ytr], [(Xte - mean) / std, yte]]
            """),
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                order = torch.randperm(len(X), generator=gen).numpy()
                k = round(len(X) * test_fraction)
                x = X.numpy()
                train, test = np.sort(order[k:]), np.sort(order[:k])
                mean, std = x[train].mean(axis=0), x[train].std(axis=0)
                std = np.where(std == 0, 1, std).astype(x.dtype)
                return (
                    (torch.from_numpy((x[train] - mean) / std), y[train]),
                    (torch.from_numpy((x[test] - mean) / std), y[test]),
                )
            """),
        code("""
            def split_and_scale(X, y, test_fraction, gen):
                class Scaler:
                    def fit(self, X):
                        self.mean = X.mean(dim=0)
                        self.std = X.sub(self.mean).square().mean(dim=0).sqrt()
                        return self

                    def __call__(self, X):
                        return torch.stack([
                            (c - m) / s if s > 0 else c - m for c, m, s in zip(X.T, self.mean, self.std)
                        ], dim=1)

                k = round(len(X) * test_fraction)
                order = torch.randperm(len(X), generator=gen)
                train, test = order[k:], order[:k]
                scale = Scaler().fit(X[train])
                return (scale(X[train]), y[train]), (scale(X[test]), y[test])
            """),
    ),
    wrong=(
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                Z = (X - X.mean(0)) / X.std(0, correction=0).clamp_min(1e-6)
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                return (Z[tr], y[tr]), (Z[te], y[te])
            """,
            "the statistics come from all rows: the test side leaks into the training",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                k = len(X) - round(len(X) * test_fraction)
                m, s = X[:k].mean(0), X[:k].std(0, correction=0)
                s = torch.where(s > 1e-6, s, torch.ones_like(s))
                Z = (X - m) / s
                return (Z[:k], y[:k]), (Z[k:], y[k:])
            """,
            "not shuffled: rows that lie in order give a test side that is not like the",
            "split_and_scale-scale",
            "split_and_scale-constant",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "a constant column has deviation 0, and 0 divided by 0 is NaN",
            "split_and_scale-split",
            "split_and_scale-scale",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "torch's std divides by n − 1 unless told otherwise",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                def scale(Z):
                    s = Z.std(0, correction=0)
                    return (Z - Z.mean(0)) / torch.where(s > 0, s, torch.ones_like(s))
                return (scale(X[tr]), y[tr]), (scale(X[te]), y[te])
            """,
            "the test side was scaled with its own statistics",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[te] - m) / s, y[te]), ((X[tr] - m) / s, y[tr])
            """,
            "the test side comes second: the two sides changed places",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                k = round(len(X) * test_fraction)
                p, q = torch.randperm(len(X), generator=gen), torch.randperm(len(X), generator=gen)
                m, s = X[p[k:]].mean(0), X[p[k:]].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                Z = (X - m) / s
                return (Z[p[k:]], y[q[k:]]), (Z[p[:k]], y[q[:k]])
            """,
            "a row and its y were torn apart: index X and y with the same numbers",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X))
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "draw from the generator that you were given (generator=…)",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                n, k = len(X), round(len(X) * test_fraction)
                te = torch.randint(n, (k,), generator=gen)
                tr = torch.randint(n, (n - k,), generator=gen)
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "a row is on both sides: the model would be tested on what it has seen",
            "split_and_scale-scale",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(), X[tr].std(correction=0)
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "one mean and one deviation for the whole table; each column has its own",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), (X[te], y[te])
            """,
            "the test side was not scaled",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0).clamp_min(1e-8)
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "a column that is constant on the training side is divided by 1",
            "split_and_scale-split",
            "split_and_scale-scale",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                y = (y - y[tr].mean()) / y[tr].std(correction=0)
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "y should come out as it went in, without scaling",
            "split_and_scale-constant",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "a row is on both sides: the model would be tested on what it has seen",
            "split_and_scale-scale",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                gen = torch.Generator().manual_seed(42)
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "the same split again: draw from gen, which moves on, and give it no new seed",
            "split_and_scale-scale",
            "split_and_scale-constant",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                return ((X[tr] - m) / (s + 1e-3), y[tr]), ((X[te] - m) / (s + 1e-3), y[te])
            """,
            "scale both sides with the statistics of the training rows",
            "split_and_scale-split",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(1, keepdim=True), X[tr].std(1, correction=0, keepdim=True)
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "columns are features: reduce over dim 0, the rows",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                p = torch.randperm(len(X), generator=gen)
                k = round(len(X) * test_fraction)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return (X[tr] - m) / s, (X[te] - m) / s, y[tr], y[te]
            """,
            "return two pairs: (X_train, y_train), (X_test, y_test)",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                test = torch.rand(len(X), generator=gen) < test_fraction
                te, tr = test.nonzero()[:, 0], (~test).nonzero()[:, 0]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "the test side has 5 of 40 rows, 10 are asked",
            "split_and_scale-scale",
            "split_and_scale-constant",
        ),
        wrong(
            """
            def split_and_scale(X, y, test_fraction, gen):
                start = int(torch.randint(len(X), (1,), generator=gen))
                k = round(len(X) * test_fraction)
                p = torch.arange(len(X)).roll(start)
                te, tr = p[:k], p[k:]
                m, s = X[tr].mean(0), X[tr].std(0, correction=0)
                s = torch.where(s > 0, s, torch.ones_like(s))
                return ((X[tr] - m) / s, y[tr]), ((X[te] - m) / s, y[te])
            """,
            "the test rows lie side by side: shuffle all rows, then cut",
            "split_and_scale-scale",
            "split_and_scale-constant",
        ),
    ),
)

FIT_WITH_NN = Answers(
    right=(
        code("""
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                with torch.no_grad():
                    model.weight.zero_()
                    model.bias.zero_()
                opt = torch.optim.SGD(model.parameters(), lr=lr)
                loss_fn = nn.MSELoss()
                for _ in range(epochs):
                    opt.zero_grad()
                    loss = loss_fn(model(x), y.view(-1, 1))
                    loss.backward()
                    opt.step()
                return model
            """),
        code("""
            def fit_with_nn(x, y, lr, epochs):
                model = torch.nn.utils.skip_init(nn.Linear, 1, 1, dtype=x.dtype)
                nn.init.zeros_(model.weight)
                nn.init.zeros_(model.bias)
                optimiser = torch.optim.SGD(model.parameters(), lr)
                for _ in range(epochs):
                    loss = (model(x).flatten() - y.flatten()).square().mean()
                    loss.backward()
                    optimiser.step()
                    optimiser.zero_grad(set_to_none=False)
                return model
            """),
        code("""
            def fit_with_nn(x, y, lr, epochs):
                model = nn.Linear(1, 1, device="meta", dtype=x.dtype).to_empty(device="cpu")
                model.load_state_dict({"weight": torch.zeros(1, 1), "bias": torch.zeros(1)})
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)

                def closure():
                    optimiser.zero_grad()
                    loss = torch.nn.functional.mse_loss(model(x), y.reshape(x.shape))
                    loss.backward()
                    return loss

                for _ in range(epochs):
                    optimiser.step(closure)
                return model
            """),
        code("""
            def fit_with_nn(x, y, lr, epochs):
                stream = torch.get_rng_state()
                model = nn.Linear(1, 1, dtype=x.dtype)
                torch.set_rng_state(stream)
                for p in model.parameters():
                    p.data.fill_(0)
                target = y if y.ndim == 2 else y.unsqueeze(1)
                optimiser = torch.optim.SGD([{"params": [model.weight]}, {"params": [model.bias]}], lr=lr)
                for epoch in range(epochs):
                    model.zero_grad()
                    nn.functional.mse_loss(model(x), target).backward()
                    optimiser.step()
                return model.eval()
            """),
        code("""
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1)
                if x.dtype == torch.float64:
                    model = model.double()
                for p in model.parameters():
                    nn.init.constant_(p, 0.0)
                data = torch.utils.data.TensorDataset(x, y.reshape(-1, 1))
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    xb, yb = data[:]
                    optimiser.zero_grad()
                    nn.functional.mse_loss(model(xb), yb).backward()
                    optimiser.step()
                return model
            """),
        code("""
            class Line(nn.Linear):
                def reset_parameters(self):
                    nn.init.zeros_(self.weight)
                    nn.init.zeros_(self.bias)

            def fit_with_nn(x, y, lr, epochs):
                model = Line(1, 1, dtype=x.dtype)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                while epochs > 0:
                    optimiser.zero_grad()
                    residual = model(x).squeeze(1) - y.reshape(len(x))
                    (residual @ residual / len(x)).backward()
                    optimiser.step()
                    epochs -= 1
                return model
            """),
        code("""
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng(devices=[]):
                    model = nn.Linear(in_features=1, out_features=1, dtype=x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                for _ in range(epochs):
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    grads = torch.autograd.grad(loss, list(model.parameters()))
                    with torch.no_grad():
                        for p, g in zip(model.parameters(), grads):
                            p -= lr * g
                return model
            """),
    ),
    wrong=(
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear starts at random values; the task starts at 0",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y)
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "y of shape (n,) against predictions of shape (n, 1)",
            "fit_with_nn-steps",
            "fit_with_nn-edges",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "a float32 layer cannot multiply float64 data",
            "fit_with_nn-edges",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "gradients pile up: zero_grad() belongs into every epoch",
            "fit_with_nn-edges",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                model = nn.Linear(1, 1, dtype=x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear draws its first weights from the random stream of the whole",
            "fit_with_nn-steps",
            "fit_with_nn-flat",
            "fit_with_nn-edges",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                return model
            """,
            "both are still 0: backward() fills the gradients, step() uses them",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1), reduction='sum')
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "the mean of the squares, not their sum",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "plain SGD is asked, without momentum",
            "fit_with_nn-edges",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model.weight.item(), model.bias.item()
            """,
            "an nn.Linear is asked, not a tuple",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    p.zero_()
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "set the first values under torch.no_grad(), or with nn.init.zeros_",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1, bias=False).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear(1, 1), with a bias, is asked",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = (model(x) - y).square().mean()
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "with y of shape (n,) the slope is lost: n² differences were averaged",
            "fit_with_nn-steps",
            "fit_with_nn-edges",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Sequential(nn.Linear(1, 1)).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "an nn.Linear is asked, not a torch.nn.modules.container.Sequential",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.Adam(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "weight and bias after 1 epochs with lr 0.05, from 0",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                torch.manual_seed(0)
                model = nn.Linear(1, 1, dtype=x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear draws its first weights from the random stream of the whole",
            "fit_with_nn-steps",
            "fit_with_nn-flat",
            "fit_with_nn-edges",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.ones_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear starts at random values; the task starts at 0",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1)
                x, y = x.float(), y.float()
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "the data are torch.float64, and the layer should be too; it is torch.float32",
            "fit_with_nn-edges",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                nn.init.zeros_(model.weight)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "nn.Linear starts at random values; the task starts at 0",
            "fit_with_nn-stream",
        ),
        wrong(
            """
            def fit_with_nn(x, y, lr, epochs):
                with torch.random.fork_rng():
                    model = nn.Linear(1, 1).to(x.dtype)
                for p in model.parameters():
                    nn.init.zeros_(p)
                optimiser = torch.optim.SGD(model.parameters(), lr=lr)
                loss = nn.functional.mse_loss(model(x), y.reshape(-1, 1))
                for _ in range(epochs):
                    optimiser.zero_grad()
                    loss.backward()
                    optimiser.step()
                return model
            """,
            "the forward pass belongs inside the loop: a graph can be walked once",
        ),
    ),
)

ANSWERS = {
    "make_line_data": MAKE_LINE_DATA,
    "mse_and_gradients": MSE_AND_GRADIENTS,
    "predict_first_step": PREDICT_FIRST_STEP,
    "fit_line_gd": FIT_LINE_GD,
    "max_stable_lr": MAX_STABLE_LR,
    "polyfit": POLYFIT,
    "least_squares": LEAST_SQUARES,
    "minibatches": MINIBATCHES,
    "momentum_step": MOMENTUM_STEP,
    "ridge": RIDGE,
    "split_and_scale": SPLIT_AND_SCALE,
    "fit_with_nn": FIT_WITH_NN,
}
