"""Right and wrong answers to the exercises of `source/gpu/gpu.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same. None needs a GPU, and none says something else where
there is one.
"""

from gradschool.classroom.answers import Answers, code, predictions, wrong

PREDICT_BOTTLENECK = predictions(
    "predict_bottleneck",
    {
        "a": '"memory"',
        "b": '"compute"',
        "c": '"overhead"',
        "d": '"memory"',
        "e": '"transfer"',
        "f": "2 * 1000**3",
        "g": '"error"',
        "h": '"ok"',
    },
    spellings=[
        {"f": "2e9", "a": "'memory'", "g": '" error "'},
        {"f": "1.999e9", "d": '"mem" + "ory"'},
        {"f": "2_000_000_000", "e": "'transfer'"},
        {"f": "np.int64(2 * 10**9)", "h": "'ok'"},
        {"a": '"Memory"', "b": '" COMPUTE"', "h": '"OK"'},
    ],
    mistakes=[
        ("a", '"compute"', "one addition per 12 bytes moved (1/12 FLOP/B)"),
        ("a", '"transfer"', "nothing crosses the bridge"),
        ("a", '"overhead"', "1.2 GB take about 0.6 ms"),
        ("a", "1", '1 is none of the words "compute", "memory", "overhead", "transfer"'),
        ("b", '"bandwidth"', '\'bandwidth\' is none of the words "compute", "memory"'),
        ("e", '"pcie"', "'pcie' is none of the words"),
        ("b", '"memory"', "far right of the ridge"),
        ("b", '"transfer"', "nothing crosses the bridge"),
        ("b", '"overhead"', "a launch some µs"),
        ("c", '"memory"', "far less than a nanosecond"),
        ("c", '"compute"', "ten additions are nothing"),
        ("c", '"transfer"', "nothing crosses the bridge"),
        ("d", '"compute"', "one addition per 4 bytes read (1/4 FLOP/B)"),
        ("d", '"transfer"', "one number comes out"),
        ("d", '"overhead"', "400 MB take about 0.2 ms"),
        ("e", '"memory"', "do more work per byte sent"),
        ("e", '"compute"', "how long do 4 GB take to arrive?"),
        ("e", '"overhead"', "how long do 4 GB take to arrive?"),
        ("f", "1000**3", "a multiply-add is two floating-point operations"),
        ("f", "1000**2", "each of the 10⁶ results needs 1000 multiply-adds"),
        ("f", "2 * 1000**2", "each of the 10⁶ results needs 1000 multiply-adds, not one"),
        ("f", "3e9", "that is 3 · 10⁹"),
        ("f", '"2e9"', "is text; one number is asked, without quotes"),
        ("g", '"ok"', "torch moves no vector by itself"),
        ("h", '"error"', "only tensors with dimensions must share a device"),
        ("h", "True", 'True is none of the words "ok", "error"'),
    ],
)

PICK_DEVICE = Answers(
    right=(
        code("""
            def pick_device(prefer=None):
                if prefer is not None:
                    kind = prefer.split(":")[0]
                    if kind == "cuda" and not torch.cuda.is_available():
                        raise ValueError("no CUDA here")
                    if kind == "mps" and not torch.backends.mps.is_available():
                        raise ValueError("no MPS here")
                    return torch.device(prefer)
                if torch.cuda.is_available():
                    return torch.device("cuda")
                if torch.backends.mps.is_available():
                    return torch.device("mps")
                return torch.device("cpu")
            """),
        code("""
            def pick_device(prefer=None):
                best = torch.accelerator.current_accelerator(check_available=True) or torch.device(
                    "cpu"
                )
                if prefer is None:
                    return best
                wish = torch.device(prefer)
                there = {
                    "cuda": torch.cuda.is_available,
                    "mps": torch.mps.is_available,
                    "cpu": lambda: True,
                }
                if there[wish.type]():
                    return wish
                raise ValueError(prefer)
            """),
        code("""
            def has(kind):
                if kind == "cpu":
                    return True
                return getattr(torch, kind).device_count() > 0


            def pick_device(prefer=None):
                for wish in [prefer] if prefer else ["cuda", "mps", "cpu"]:
                    device = torch.device(wish)
                    if has(device.type):
                        return device
                raise ValueError(f"{prefer} is not there")
            """),
        code("""
            def pick_device(prefer=None):
                kinds = ["cpu"]
                if torch.backends.mps.is_built() and torch.backends.mps.is_available():
                    kinds.insert(0, "mps")
                if torch.cuda.is_available() and torch.cuda.device_count():
                    kinds.insert(0, "cuda")
                device = torch.device(prefer or kinds[0])
                if device.type not in kinds:
                    raise ValueError(f"{prefer!r} is not one of {kinds}")
                return device
            """),
        code("""
            def pick_device(prefer=None):
                if prefer is None:
                    if not torch.accelerator.is_available():
                        return torch.device("cpu")
                    found = torch.accelerator.current_accelerator()
                    return torch.device(found.type, torch.accelerator.current_device_index())
                device = torch.device(prefer)
                match device.type:
                    case "cuda":
                        fine = torch.get_device_module("cuda").is_available()
                    case "mps":
                        fine = torch.get_device_module(device).is_available()
                    case _:
                        fine = True
                if not fine:
                    raise ValueError("not available")
                return device
            """),
        code("""
            def pick_device(prefer=None):
                found = torch.accelerator.current_accelerator(check_available=True)
                there = [found.type, "cpu"] if found else ["cpu"]
                wish = torch.device(prefer or there[0])
                if wish.type in there:
                    return wish
                raise ValueError(f"{prefer}: there are only {there}")
            """),
    ),
    wrong=(
        wrong(
            """
            def pick_device(prefer=None):
                return torch.device("cuda")
            """,
            "on a machine without any accelerator (got 'cuda', expected 'cpu')",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                return torch.device(prefer or ("cuda" if torch.cuda.is_available() else "cpu"))
            """,
            "Apple's mps is there and is not used",
            "pick_device-wish",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                try:
                    torch.zeros(1).cuda()
                    return torch.device("cuda")
                except Exception:
                    return torch.device("cpu")
            """,
            "do not find out by making a tensor",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                for kind in [prefer] if prefer else ["cuda", "mps", "cpu"]:
                    try:
                        torch.zeros(1, device=kind)
                    except (RuntimeError, AssertionError, NotImplementedError):
                        continue
                    return torch.device(kind)
                raise ValueError(prefer)
            """,
            "do not find out by making a tensor",
            "pick_device-refuses",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                best = (
                    "cuda"
                    if torch.cuda.is_available()
                    else "mps"
                    if torch.backends.mps.is_available()
                    else "cpu"
                )
                return prefer or best
            """,
            "return a torch.device: torch.device('cpu')",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                best = (
                    "cuda"
                    if torch.cuda.is_available()
                    else "mps"
                    if torch.backends.mps.is_available()
                    else "cpu"
                )
                return torch.device(prefer or best)
            """,
            "a wish that this machine cannot grant should raise a ValueError",
            "pick_device-best",
            "pick_device-wish",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                best = (
                    "cuda"
                    if torch.cuda.is_available()
                    else "mps"
                    if torch.backends.mps.is_available()
                    else "cpu"
                )
                if prefer not in (None, "cpu", best):
                    raise ValueError(prefer)
                return torch.device(prefer or best)
            """,
            "this wish can be granted, and it was refused: compare the kind",
            "pick_device-best",
            "pick_device-refuses",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                available = {
                    "cpu": True,
                    "cuda": torch.cuda.is_available(),
                    "mps": torch.backends.mps.is_available(),
                }
                if prefer and not available[prefer]:
                    raise ValueError(prefer)
                return torch.device(
                    prefer or next(kind for kind in ("cuda", "mps", "cpu") if available[kind])
                )
            """,
            'cuda:0 is a device of the kind cuda: torch.device("cuda:0").type',
            "pick_device-best",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                available = {
                    "cuda": torch.cuda.is_available(),
                    "mps": torch.backends.mps.is_available(),
                    "cpu": True,
                }
                if prefer is None:
                    return torch.device(next(kind for kind in available if available[kind]))
                kind = prefer.split(":")[0]
                if not available[kind]:
                    raise ValueError(prefer)
                return torch.device(kind)
            """,
            "keep the number of the wish",
            "pick_device-best",
            "pick_device-refuses",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                available = {
                    "cuda": torch.cuda.is_available(),
                    "mps": torch.backends.mps.is_available(),
                    "cpu": True,
                }
                best = torch.device(next(kind for kind in available if available[kind]))
                if prefer is None or not available[torch.device(prefer).type]:
                    return best
                return torch.device(prefer)
            """,
            "should raise a ValueError, not end on another device",
            "pick_device-best",
            "pick_device-wish",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                available = {
                    "cuda": torch.cuda.is_available(),
                    "mps": torch.backends.mps.is_available(),
                    "cpu": True,
                }
                if prefer is None:
                    return torch.device(next(kind for kind in available if available[kind]))
                if not available[torch.device(prefer).type]:
                    raise RuntimeError(f"no {prefer}")
                return torch.device(prefer)
            """,
            "a wish that this machine cannot grant should raise a ValueError",
            "pick_device-best",
            "pick_device-wish",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                available = {
                    "mps": torch.backends.mps.is_available(),
                    "cuda": torch.cuda.is_available(),
                    "cpu": True,
                }
                if prefer is None:
                    return torch.device(next(kind for kind in available if available[kind]))
                if not available[torch.device(prefer).type]:
                    raise ValueError(prefer)
                return torch.device(prefer)
            """,
            "where both are there, cuda comes before mps",
            "pick_device-wish",
            "pick_device-refuses",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                best = torch.accelerator.current_accelerator() or torch.device("cpu")
                if prefer is None:
                    return best
                device = torch.device(prefer)
                if device.type == "cuda" and not torch.cuda.is_available():
                    raise ValueError(prefer)
                if device.type == "mps" and not torch.mps.is_available():
                    raise ValueError(prefer)
                return device
            """,
            "that torch was built for a device does not mean that there is one",
            "pick_device-wish",
            "pick_device-refuses",
        ),
        wrong(
            """
            def pick_device(prefer=None):
                if prefer is not None:
                    return torch.device(prefer)
                if torch.cuda.is_available():
                    return torch.device("cuda")
                if torch.backends.mps.is_available():
                    return torch.device("mps")
            """,
            "return a torch.device, not None",
            "pick_device-wish",
        ),
    ),
)

TO_DEVICE = Answers(
    right=(
        code("""
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device=device)
                if isinstance(obj, dict):
                    return type(obj)((key, to_device(value, device)) for key, value in obj.items())
                if isinstance(obj, tuple) and hasattr(obj, "_make"):
                    return obj._make(to_device(value, device) for value in obj)
                if isinstance(obj, (list, tuple)):
                    return type(obj)([to_device(value, device) for value in obj])
                return obj
            """),
        code("""
            from torch.utils import _pytree


            def to_device(obj, device):
                return _pytree.tree_map(
                    lambda v: v.to(device) if isinstance(v, torch.Tensor) else v, obj
                )
            """),
        code("""
            def to_device(obj, device):
                match obj:
                    case torch.Tensor():
                        return obj if obj.device == torch.device(device) else obj.to(device)
                    case dict():
                        moved = dict(obj)
                        for key in moved:
                            moved[key] = to_device(moved[key], device)
                        return moved
                    case tuple() | list():
                        items = [to_device(item, device) for item in obj]
                        if isinstance(obj, list):
                            return items
                        return type(obj)(*items) if hasattr(obj, "_fields") else tuple(items)
                    case _:
                        return obj
            """),
        code("""
            import copy


            def to_device(obj, device):
                if torch.is_tensor(obj):
                    return obj.to(device)
                if isinstance(obj, tuple) and hasattr(obj, "_replace"):
                    return obj._replace(
                        **{name: to_device(value, device) for name, value in obj._asdict().items()}
                    )
                if isinstance(obj, tuple):
                    return tuple(to_device(list(obj), device))
                if isinstance(obj, (dict, list)):
                    new = copy.copy(obj)
                    for key in new.keys() if isinstance(new, dict) else range(len(new)):
                        new[key] = to_device(new[key], device)
                    return new
                return obj
            """),
        code("""
            def to_device(obj, device):
                rebuild = {
                    dict: lambda d: {k: to_device(v, device) for k, v in d.items()},
                    list: lambda items: [to_device(v, device) for v in items],
                    tuple: lambda items: tuple(to_device(v, device) for v in items),
                }
                if isinstance(obj, torch.Tensor):
                    return obj.to(torch.device(device), non_blocking=True)
                if type(obj) in rebuild:
                    return rebuild[type(obj)](obj)
                if hasattr(obj, "_fields") and isinstance(obj, tuple):
                    return type(obj)._make(rebuild[list](obj))
                return obj
            """),
    ),
    wrong=(
        wrong(
            """
            def to_device(obj, device):
                return {k: v.to(device) for k, v in obj.items()}
            """,
            "a value may be a container itself",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                return {k: to_device(v, device) for k, v in obj.items()}
            """,
            "the object may also be a tensor, a list, a tuple or a number",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, (list, tuple)):
                    return [to_device(v, device) for v in obj]
                return obj
            """,
            "the result was a tuple and became a list: each container keeps its type",
            "to_device-moves",
            "to_device-leaves",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, list):
                    return [to_device(v, device) for v in obj]
                if isinstance(obj, tuple):
                    return tuple(to_device(v, device) for v in obj)
                return obj
            """,
            "was a named tuple Batch and became a tuple",
            "to_device-moves",
            "to_device-leaves",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj
            """,
            "a named tuple takes its values as separate arguments",
            "to_device-moves",
            "to_device-leaves",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.clone().to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj
            """,
            "was copied: .to returns the same tensor when nothing has to move",
            "to_device-moves",
            "to_device-containers",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    for key in obj:
                        obj[key] = to_device(obj[key], device)
                    return obj
                if isinstance(obj, list):
                    obj[:] = [to_device(v, device) for v in obj]
                    return obj
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, tuple):
                    return tuple(to_device(v, device) for v in obj)
                return obj
            """,
            "the object that was given has changed",
            "to_device-moves",
            "to_device-containers",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                try:
                    return type(obj)(to_device(v, device) for v in obj)
                except TypeError:
                    return obj
            """,
            "at key 'names': got ",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.detach().to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj
            """,
            "a gradient must find its way back through the move",
            "to_device-moves",
            "to_device-containers",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj.to(device)
            """,
            "numbers and strings have no .to",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.to(device)
                if isinstance(obj, dict):
                    return {
                        k: v.to(device) if isinstance(v, torch.Tensor) else v
                        for k, v in obj.items()
                    }
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(
                        *(v.to(device) if isinstance(v, torch.Tensor) else v for v in obj)
                    )
                if isinstance(obj, (list, tuple)):
                    return type(obj)(
                        v.to(device) if isinstance(v, torch.Tensor) else v for v in obj
                    )
                return obj
            """,
            "a tensor stayed behind: the result['pair'][0] is on cpu, and meta was asked for",
            "to_device-leaves",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, torch.Tensor):
                    return obj.cuda()
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj
            """,
            "was asked for",
        ),
        wrong(
            """
            def to_device(obj, device):
                if isinstance(obj, (torch.Tensor, np.ndarray)):
                    return torch.as_tensor(obj).to(device)
                if isinstance(obj, dict):
                    return {k: to_device(v, device) for k, v in obj.items()}
                if isinstance(obj, tuple) and hasattr(obj, "_fields"):
                    return type(obj)(*(to_device(v, device) for v in obj))
                if isinstance(obj, (list, tuple)):
                    return type(obj)(to_device(v, device) for v in obj)
                return obj
            """,
            "a numpy.ndarray is no tensor and no container to go into",
            "to_device-moves",
            "to_device-containers",
        ),
    ),
)

ADD_NOISE = Answers(
    right=(
        code("""
            def add_noise(x, sigma):
                return x + torch.randn(x.shape, dtype=x.dtype, device=x.device) * sigma
            """),
        code("""
            def add_noise(x, sigma):
                return x + torch.empty_like(x).normal_(0, sigma)
            """),
        code("""
            def add_noise(x, sigma):
                return x + sigma * x.new_empty(x.shape).normal_()
            """),
        code("""
            def add_noise(x, sigma):
                return torch.normal(x, sigma)
            """),
        code("""
            def add_noise(x, sigma):
                noise = torch.zeros_like(x)
                torch.nn.init.normal_(noise, std=sigma)
                return noise.add(x)
            """),
        code("""
            def add_noise(x, sigma):
                return torch.add(x, torch.randn_like(x), alpha=sigma)
            """),
        code("""
            def add_noise(x, sigma):
                return x.clone().add_(
                    torch.normal(0.0, sigma, x.shape, dtype=x.dtype, device=x.device)
                )
            """),
    ),
    wrong=(
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape)
            """,
            "new tensors are float32 unless told otherwise",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.rand_like(x)
            """,
            "rand is uniform between 0 and 1; normally distributed noise is asked",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma**0.5 * torch.randn_like(x)
            """,
            "sigma is the standard deviation, not the variance: no square root",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma**2 * torch.randn_like(x)
            """,
            "sigma is the standard deviation: it is not squared",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape).to(x.device, x.dtype)
            """,
            "the noise for a float64 x has only the digits of a float32",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape, dtype=x.dtype).to(x.device)
            """,
            "the noise was made on the CPU and sent to where x is",
            "add_noise-noise",
            "add_noise-dtype",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape, device=x.device).to(x.dtype)
            """,
            "the noise for a float64 x has only the digits of a float32",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape, dtype=x.dtype)
            """,
            "a new tensor is on the CPU unless told otherwise: make the noise on the device",
            "add_noise-noise",
            "add_noise-dtype",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape, device=x.device)
            """,
            "x was torch.bfloat16, and the result is torch.float32",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + torch.from_numpy(np.random.normal(0, sigma, tuple(x.shape))).to(x)
            """,
            "the noise was made in another dtype and then converted",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(1, dtype=x.dtype, device=x.device)
            """,
            "one number of noise for all entries together",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + torch.randn_like(x)
            """,
            "the noise is not scaled: multiply the standard normal numbers by sigma",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma + torch.randn_like(x)
            """,
            "sigma is the standard deviation of the noise, not its mean",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                torch.manual_seed(0)
                return x + sigma * torch.randn_like(x)
            """,
            "two calls gave the same noise: draw anew each time",
            "add_noise-dtype",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x.add_(sigma * torch.randn_like(x))
            """,
            "your function changed the tensor it was given",
            "add_noise-device",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn_like(x, dtype=torch.float64)
            """,
            "x was torch.float32, and the result is torch.float64",
            "add_noise-noise",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn_like(x.cpu()).to(x.device)
            """,
            "this reads the numbers of x or brings it to the CPU",
            "add_noise-noise",
            "add_noise-dtype",
        ),
        wrong(
            """
            def add_noise(x, sigma):
                return x + sigma * torch.randn(x.shape, dtype=x.dtype, device="cuda")
            """,
            "x may live anywhere, and a new tensor is on the CPU unless told otherwise",
        ),
    ),
)

BENCH = Answers(
    right=(
        code("""
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                    sync()
                sync()
                times = []
                for _ in range(iters):
                    sync()
                    before = clock()
                    fn()
                    sync()
                    after = clock()
                    times.append(after - before)
                return sorted(times)[len(times) // 2]
            """),
        code("""
            def bench(fn, *, sync, clock, warmup, iters):
                [fn() for _ in range(warmup)]
                sync()
                marks = [clock()]
                for _ in range(iters):
                    fn()
                    sync()
                    marks.append(clock())
                return float(np.median(np.diff(marks)))
            """),
        code("""
            def bench(fn, *, sync, clock, warmup, iters):
                def once():
                    sync()
                    start = clock()
                    fn()
                    sync()
                    return clock() - start

                times = [once() for _ in range(warmup + iters)][warmup:]
                return statistics.median(times)
            """),
        code("""
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = torch.empty(iters, dtype=torch.float64)
                for i in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times[i] = clock() - start
                return times.median().item()
            """),
        code("""
            def bench(fn, *, sync, clock, warmup, iters):
                times = []
                for i in range(-warmup, iters):
                    sync()
                    start = clock()
                    fn()
                    sync()
                    if i >= 0:
                        times.append(clock() - start)
                times.sort()
                middle = len(times) // 2
                return times[middle] if len(times) % 2 else (times[middle - 1] + times[middle]) / 2
            """),
    ),
    wrong=(
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    times.append(clock() - start)
                return sorted(times)[len(times) // 2]
            """,
            "that is the launch alone: the call returns before the work is done",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                sync()
                times = []
                for _ in range(iters + warmup):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return sum(times) / len(times)
            """,
            "the mean of the warm-up and the timed call: warm-up calls are not timed",
            "bench-done",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return sum(times) / len(times)
            """,
            "the mean follows the one slow call: use the median",
            "bench-done",
            "bench-start",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "the work that was in the queue before counts here: sync() before",
            "bench-done",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                start = clock()
                for _ in range(iters):
                    fn()
                sync()
                return (clock() - start) / iters
            """,
            "the work of the five calls was waited for once",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return min(times)
            """,
            "the smallest time is the luckiest one",
            "bench-done",
            "bench-start",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return times[len(times) // 2]
            """,
            "sort the times before you take the middle one",
            "bench-done",
            "bench-start",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = time.perf_counter()
                    fn()
                    sync()
                    times.append(time.perf_counter() - start)
                return statistics.median(times)
            """,
            "read the clock that was given",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    times.append(clock() - start)
                    sync()
                return statistics.median(times)
            """,
            "that is the launch alone",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "the warm-up was timed",
            "bench-done",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                sync()
                times = []
                for _ in range(warmup + iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "the mean of the warm-up and the timed call",
            "bench-done",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return sum(times)
            """,
            "that is all five calls together; one call is asked",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return times
            """,
            "one number is asked, the median, not all the times",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(max(1, warmup)):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "for warmup 0 and iters 1 fn should be called 1 times; you called it 2 times",
            "bench-done",
            "bench-start",
            "bench-median",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return 1000 * statistics.median(times)
            """,
            "that is milliseconds; seconds are asked",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                torch.cuda.synchronize() if torch.cuda.is_available() else None
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    torch.cuda.synchronize() if torch.cuda.is_available() else None
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "that is the launch alone",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, sync, clock, iters):
                sync()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "the arguments are fn, and by name sync, clock, warmup and iters",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                times = []
                for _ in range(iters):
                    start = clock()
                    sync()
                    fn()
                    sync()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "the first sync() came after the clock was read",
            "bench-done",
            "bench-calls",
        ),
        wrong(
            """
            def bench(fn, *, sync, clock, warmup, iters):
                for _ in range(warmup):
                    fn()
                torch.accelerator.synchronize()
                times = []
                for _ in range(iters):
                    start = clock()
                    fn()
                    torch.accelerator.synchronize()
                    times.append(clock() - start)
                return statistics.median(times)
            """,
            "sync",
        ),
    ),
)

MATMUL_COST = Answers(
    right=(
        code("""
            def matmul_cost(m, k, n, dtype):
                flops = m * n * (2 * k)
                size = torch.finfo(dtype).bits // 8
                moved = size * (m * k) + size * (k * n) + size * (m * n)
                return flops, moved, flops / moved
            """),
        code("""
            def matmul_cost(m, k, n, dtype):
                size = torch.empty(0, dtype=dtype).element_size()
                traffic = sum(rows * columns for rows, columns in ((m, k), (k, n), (m, n))) * size
                return (2 * math.prod((m, k, n)), traffic, 2 * math.prod((m, k, n)) / traffic)
            """),
        code("""
            def matmul_cost(m, k, n, dtype):
                shapes = [(m, k), (k, n), (m, n)]
                moved = sum(
                    torch.empty(shape, dtype=dtype, device="meta").nbytes for shape in shapes
                )
                return [2.0 * m * k * n, moved, 2.0 * m * k * n / moved]
            """),
        code("""
            def matmul_cost(m, k, n, dtype):
                bytes_each = {
                    torch.float64: 8,
                    torch.float32: 4,
                    torch.float16: 2,
                    torch.bfloat16: 2,
                }[dtype]
                flops = 2 * m * k * n
                intensity = 2 / (bytes_each * (1 / n + 1 / m + 1 / k))
                return flops, bytes_each * (m * k + k * n + m * n), intensity
            """),
    ),
    wrong=(
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "a multiply-add is two floating-point operations",
            "matmul_cost-bytes",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = 4 * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "half precision moves half the bytes, float64 twice as many: use the dtype",
            "matmul_cost-flops",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, moved / flops
            """,
            "the intensity is operations per byte; this is bytes per operation",
            "matmul_cost-flops",
            "matmul_cost-bytes",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n)
                return flops, moved, flops / moved
            """,
            "the result is written too: m·n numbers more",
            "matmul_cost-flops",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = m * k + k * n + m * n
                return flops, moved, flops / moved
            """,
            "that is the number of entries; multiply by the bytes that each takes",
            "matmul_cost-flops",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "each of the m·n results needs k multiply-adds: k is missing",
            "matmul_cost-bytes",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = torch.finfo(dtype).bits * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "that is bits; a byte has eight",
            "matmul_cost-flops",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return moved, flops, flops / moved
            """,
            "here the bytes come first; the order is operations, bytes, intensity",
            "matmul_cost-intensity",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, flops // moved
            """,
            "no whole number is asked: / instead of //",
            "matmul_cost-flops",
            "matmul_cost-bytes",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                A, B = torch.zeros(m, k, dtype=dtype), torch.zeros(k, n, dtype=dtype)
                moved = A.nbytes + B.nbytes + m * n * dtype.itemsize
                return 2 * m * k * n, moved, 2 * m * k * n / moved
            """,
            "it makes tensors of these sizes to count them",
            "matmul_cost-flops",
            "matmul_cost-intensity",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops / moved
            """,
            "return three numbers: operations, bytes, operations per byte (got a float)",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (2 * m * k * n + m * n)
                return flops, moved, flops / moved
            """,
            "each number of an input is read once, not for every multiply-add again",
            "matmul_cost-flops",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.element_size() * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "a dtype knows the bytes of one number: dtype.itemsize",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = m * n * (2 * k - 1)
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, flops / moved
            """,
            "a sum of k products has k − 1 additions",
            "matmul_cost-bytes",
        ),
        wrong(
            """
            def matmul_cost(m, k, n, dtype):
                flops = 2 * m * k * n
                moved = dtype.itemsize * (m * k + k * n + m * n)
                return flops, moved, flops / (8 * moved)
            """,
            "that is per bit; a byte has eight",
            "matmul_cost-flops",
            "matmul_cost-bytes",
        ),
    ),
)

ROOFLINE = Answers(
    right=(
        code("""
            def roofline(intensity, peak, bandwidth):
                return torch.minimum(intensity * bandwidth, torch.full_like(intensity, peak))
            """),
        code("""
            def roofline(intensity, peak, bandwidth):
                return torch.where(intensity < peak / bandwidth, intensity * bandwidth, peak)
            """),
        code("""
            def roofline(intensity, peak, bandwidth):
                limit = intensity.new_tensor(peak)
                return torch.stack([bandwidth * intensity, limit.expand_as(intensity)]).amin(dim=0)
            """),
        code("""
            def roofline(intensity, peak, bandwidth):
                rate = intensity * bandwidth
                rate[rate > peak] = peak
                return rate
            """),
        code("""
            def roofline(intensity, peak, bandwidth):
                return peak * torch.clamp(intensity / (peak / bandwidth), max=1)
            """),
        code("""
            def roofline(intensity, peak, bandwidth):
                return torch.from_numpy(np.minimum(intensity.numpy() * bandwidth, peak)).to(
                    intensity.dtype
                )
            """),
    ),
    wrong=(
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (intensity * bandwidth).clamp(min=peak)
            """,
            "the LOWER of the two limits decides",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.maximum(intensity * bandwidth, torch.full_like(intensity, peak))
            """,
            "the LOWER of the two limits decides",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.full_like(intensity, peak)
            """,
            "where the intensity is low, memory is the limit",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return intensity * bandwidth
            """,
            "where the intensity is high, the peak is the limit",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (bandwidth / intensity).clamp(max=peak)
            """,
            "bytes per second times operations per byte: multiply, do not divide",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return min(peak, intensity * bandwidth)
            """,
            "Python's min and if decide for one number",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.minimum(intensity * bandwidth, peak)
            """,
            "torch.minimum wants two tensors; clamp(max=…) takes a number",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.tensor(
                    [min(peak, i * bandwidth) for i in intensity.tolist()], dtype=intensity.dtype
                )
            """,
            "one entry after the other; let torch compute all of them at once",
            "roofline-limits",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.tensor([min(float(peak), i * bandwidth) for i in intensity.tolist()])
            """,
            "the dtype of the intensity is asked",
            "roofline-limits",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (intensity * bandwidth).clamp(max=peak / bandwidth)
            """,
            "the limit is the peak, not the ridge",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return intensity.clamp(max=peak)
            """,
            "the bandwidth is missing",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (intensity * bandwidth / peak).clamp(max=1)
            """,
            "that is the share of the peak",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return torch.where(
                    intensity < peak / bandwidth,
                    torch.full_like(intensity, peak),
                    intensity * bandwidth,
                )
            """,
            "the LOWER of the two limits decides",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return intensity.mul_(bandwidth).clamp(max=peak)
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (intensity.float() * bandwidth).clamp(max=peak)
            """,
            "the dtype of the intensity is asked",
            "roofline-limits",
        ),
        wrong(
            """
            def roofline(intensity, peak, bandwidth):
                return (intensity * bandwidth).clamp(peak)
            """,
            "the LOWER of the two limits decides",
        ),
    ),
)

BREAK_EVEN = Answers(
    right=(
        code("""
            def break_even(sizes, cpu, gpu, pcie, launch):
                for n in sorted(sizes):
                    flops = 2 * n**3
                    if launch + 12 * n**2 / pcie + flops / gpu < flops / cpu:
                        return n
                return None
            """),
        code("""
            def break_even(sizes, cpu, gpu, pcie, launch):
                best = None
                for n in sizes:
                    work, moved = 2 * n * n * n, 3 * 4 * n * n
                    if work / cpu > launch + moved / pcie + work / gpu and (
                        best is None or n < best
                    ):
                        best = n
                return best
            """),
        code("""
            def break_even(sizes, cpu, gpu, pcie, launch):
                winners = {
                    n for n in sizes if 2 * n**3 / cpu - 2 * n**3 / gpu - 12 * n**2 / pcie > launch
                }
                return min(winners) if winners else None
            """),
        code("""
            def break_even(sizes, cpu, gpu, pcie, launch):
                n = torch.tensor(sorted(sizes), dtype=torch.float64)
                faster = launch + 12 * n**2 / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                return int(n[faster][0]) if faster.any() else None
            """),
        code("""
            def break_even(sizes, cpu, gpu, pcie, launch):
                # The larger the matrices, the better for the GPU: bisect.
                ordered = sorted(sizes)
                low, high = 0, len(ordered)
                while low < high:
                    middle = (low + high) // 2
                    n = ordered[middle]
                    if launch + 12 * n**2 / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu:
                        high = middle
                    else:
                        low = middle + 1
                return ordered[low] if low < len(ordered) else None
            """),
    ),
    wrong=(
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min((n for n in sizes if 2 * n**3 / gpu < 2 * n**3 / cpu), default=None)
            """,
            "for this size the CPU is done sooner: launch and transfer are part of the GPU's",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    n for n in sizes if launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                )
            """,
            "where no size passes, the answer is None; min of nothing raises",
            "break_even-smallest",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (n for n in sizes if 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu),
                    default=None,
                )
            """,
            "each launch costs a fixed time as well",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (n for n in sizes if launch + 2 * n**3 / gpu < 2 * n**3 / cpu), default=None
                )
            """,
            "the matrices have to cross the bridge",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return next(
                    (
                        n
                        for n in sizes
                        if launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                    ),
                    None,
                )
            """,
            "the smallest size that passes is asked, not the first in the list",
            "break_even-never",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return max(
                    (
                        n
                        for n in sizes
                        if launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                    ),
                    default=None,
                )
            """,
            "the smallest size for which the GPU wins is asked; this is the largest",
            "break_even-never",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (n for n in sizes if launch + 12 * n * n / pcie + n**3 / gpu < n**3 / cpu),
                    default=None,
                )
            """,
            "a multiply-add is two operations: 2n³, on both sides",
            "break_even-never",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (
                        n
                        for n in sizes
                        if launch + 8 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                    ),
                    default=None,
                )
            """,
            "the result has to come back: three matrices cross, 12n² bytes",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (
                        n
                        for n in sizes
                        if launch + 3 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                    ),
                    default=None,
                )
            """,
            "three matrices of 4 bytes a number cross: 12n² bytes",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (
                        n
                        for n in sizes
                        if launch + 12 * n * n / pcie + 2 * n**3 / gpu <= 2 * n**3 / cpu
                    ),
                    default=None,
                )
            """,
            "equally fast is not sooner (your function returned 10)",
            "break_even-smallest",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                sizes.sort()
                for n in sizes:
                    if launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu:
                        return n
            """,
            "the list of sizes was changed: sorted() makes a new one",
            "break_even-smallest",
            "break_even-never",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (
                        n
                        for n in sizes
                        if launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu
                    ),
                    default=0,
                )
            """,
            "the GPU wins for none of these sizes: return None (your function returned 0)",
            "break_even-smallest",
            "break_even-edges",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                return min(
                    (
                        n
                        for n in sizes
                        if launch + 12 * n * n / pcie + 2 * n**3 / gpu > 2 * n**3 / cpu
                    ),
                    default=None,
                )
            """,
            "for this size the CPU is done sooner",
        ),
        wrong(
            """
            def break_even(sizes, cpu, gpu, pcie, launch):
                ordered = sorted(sizes)
                times = [
                    launch + 12 * n * n / pcie + 2 * n**3 / gpu < 2 * n**3 / cpu for n in ordered
                ]
                return times.index(True) if True in times else None
            """,
            "sizes [500, 1000, 100, 10, 5] (got 2, expected 100)",
            "break_even-never",
        ),
    ),
)

TRAINING_BYTES = Answers(
    right=(
        code("""
            def training_bytes(shapes, dtype, optimizer):
                extra = {"none": 0, "sgd": 1, "momentum": 2, "adam": 3}.get(optimizer)
                if extra is None:
                    raise ValueError(optimizer)
                parameters = 0
                for shape in shapes:
                    numbers = 1
                    for size in shape:
                        numbers *= size
                    parameters += numbers * dtype.itemsize
                return parameters * (1 + extra)
            """),
        code("""
            def training_bytes(shapes, dtype, optimizer):
                names = ["none", "sgd", "momentum", "adam"]
                return (
                    (names.index(optimizer) + 1)
                    * sum(torch.Size(s).numel() for s in shapes)
                    * dtype.itemsize
                )
            """),
        code("""
            def training_bytes(shapes, dtype, optimizer):
                match optimizer:
                    case "none":
                        copies = 1
                    case "sgd":
                        copies = 2
                    case "momentum":
                        copies = 3
                    case "adam":
                        copies = 4
                    case _:
                        raise ValueError("none, sgd, momentum or adam")
                return copies * sum(
                    torch.empty(s, dtype=dtype, device="meta").nbytes for s in shapes
                )
            """),
        code("""
            def training_bytes(shapes, dtype, optimizer):
                if optimizer not in ("none", "sgd", "momentum", "adam"):
                    raise ValueError(f"unknown: {optimizer}")
                numbers = int(sum(np.prod(shape, dtype=np.int64) for shape in shapes))
                parameters = numbers * torch.finfo(dtype).bits // 8
                gradients = 0 if optimizer == "none" else parameters
                state = {"momentum": 1, "adam": 2}.get(optimizer, 0) * parameters
                return parameters + gradients + state
            """),
        code("""
            import functools
            import operator


            def training_bytes(shapes, dtype, optimizer):
                try:
                    copies = dict(none=1, sgd=2, momentum=3, adam=4)[optimizer]
                except KeyError:
                    raise ValueError("unknown optimizer") from None
                each = [functools.reduce(operator.mul, shape, 1) for shape in shapes]
                return dtype.itemsize * copies * sum(each)
            """),
    ),
    wrong=(
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 1, "momentum": 2, "adam": 3}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "gradients need as much room as the parameters",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(sum, shapes))
            """,
            "multiply the sizes of a shape, do not add them",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * 4 * sum(map(math.prod, shapes))
            """,
            "use the dtype: not every number takes 4 bytes",
            "training_bytes-optimizers",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * sum(map(math.prod, shapes))
            """,
            "that is the number of numbers; each takes some bytes",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 3}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "Adam keeps two running means for each parameter",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 2, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "the velocity of momentum is one number more for each parameter",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 2, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "without training there are no gradients",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 3, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "plain SGD keeps nothing beside the gradients",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}[optimizer]
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "any other should raise a ValueError",
            "training_bytes-optimizers",
            "training_bytes-shapes",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer, 1)
                return copies * dtype.itemsize * sum(map(math.prod, shapes))
            """,
            "any other should raise a ValueError",
            "training_bytes-optimizers",
            "training_bytes-shapes",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                total = 0
                for shape in shapes:
                    if shape:
                        total += math.prod(shape)
                return copies * dtype.itemsize * total
            """,
            "() is the shape of a single number, not of none",
            "training_bytes-optimizers",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * math.prod(math.prod(s) for s in shapes)
            """,
            "add up the parameters; do not multiply them with each other",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * sum(torch.zeros(s, dtype=dtype).nbytes for s in shapes)
            """,
            "it makes the tensors to count them",
            "training_bytes-optimizers",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                return copies * dtype.itemsize * sum(np.prod(s) for s in shapes)
            """,
            "got a numpy",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                copies = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}.get(optimizer)
                if copies is None:
                    raise ValueError(optimizer)
                total = 0
                for rows, columns in (s for s in shapes if len(s) == 2):
                    total += rows * columns
                return copies * dtype.itemsize * total
            """,
            "for none (got 1626112",
            "training_bytes-refuses",
        ),
        wrong(
            """
            def training_bytes(shapes, dtype, optimizer):
                factor = {"none": 1, "sgd": 2, "momentum": 3, "adam": 4}
                if optimizer not in factor:
                    raise ValueError(optimizer)
                return factor[optimizer] * dtype.itemsize * sum(s[0] * s[1] for s in shapes)
            """,
            "multiply all that there are, math.prod(shape)",
            "training_bytes-refuses",
        ),
    ),
)

CHUNKED_APPLY = Answers(
    right=(
        code("""
            def chunked_apply(f, x, max_bytes):
                row = x.element_size()
                for size in x.shape[1:]:
                    row *= size
                rows = max(max_bytes // row, 1)
                results = [f(x[start : start + rows]) for start in range(0, len(x), rows)]
                return torch.cat(results) if results else f(x)
            """),
        code("""
            def chunked_apply(f, x, max_bytes):
                n = x.shape[0]
                if n == 0:
                    return f(x)
                rows = max(1, max_bytes // (x[0].numel() * x.element_size()))
                return torch.cat([f(part) for part in x.tensor_split(math.ceil(n / rows))], dim=0)
            """),
        code("""
            def chunked_apply(f, x, max_bytes):
                if len(x) == 0:
                    return f(x)
                rows = max(1, max_bytes // x[0].nbytes)
                first = f(x[:rows])
                out = first.new_empty((len(x), *first.shape[1:]))
                out[:rows] = first
                for start in range(rows, len(x), rows):
                    out[start : start + rows] = f(x[start : start + rows])
                return out
            """),
        code("""
            def chunked_apply(f, x, max_bytes):
                def go(rest):
                    if len(rest) <= rows:
                        return [f(rest)]
                    return [f(rest[:rows]), *go(rest[rows:])]

                rows = max(1, int(max_bytes / (x.dtype.itemsize * torch.Size(x.shape[1:]).numel())))
                return torch.cat(go(x))
            """),
        code("""
            def chunked_apply(f, x, max_bytes):
                row = x.new_empty((1, *x.shape[1:]), device="meta").nbytes
                return torch.cat(tuple(map(f, torch.split(x, max_bytes // row or 1, dim=0))))
            """),
    ),
    wrong=(
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                return torch.cat([f(c) for c in x.chunk(max_bytes // (4 * x.shape[1]))])
            """,
            "chunk takes the number of slices; split takes their size",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                return torch.cat([f(c) for c in x.chunk(max(1, max_bytes // row))])
            """,
            "a slice exceeds the budget: 3 rows of 12 bytes, where only 2 fit into 30 bytes",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                return f(x)
            """,
            "the whole tensor at once exceeds the budget",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                return torch.stack([f(c) for c in x.split(max(1, max_bytes // row))])
            """,
            "join along the existing axis: cat, not stack",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                return torch.cat([f(c) for c in x.split(max_bytes // row)])
            """,
            "the rows of a slice are at least 1, also where one row is over the budget",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * 4
                return torch.cat([f(c) for c in x.split(max(1, max_bytes // row))])
            """,
            "a number of torch.float64 takes 8 bytes, and not 4: use the dtype",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                return torch.cat([f(c) for c in x.split(1)])
            """,
            "f was called 5 times; 3 slices are enough",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                return torch.cat([f(x[i * rows : (i + 1) * rows]) for i in range(len(x) // rows)])
            """,
            "the last rows are missing: the last slice may be shorter",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                return torch.cat([f(x[i : i + rows]) for i in range(0, len(x), rows)])
            """,
            "for n = 0 there is no slice to join",
            "chunked_apply-values",
            "chunked_apply-slices",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                rows = max(1, max_bytes // x.dtype.itemsize)
                return torch.cat([f(c) for c in x.split(rows)])
            """,
            "the whole tensor at once exceeds the budget",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                rows = max(1, max_bytes // (x[0].numel() * x.dtype.itemsize))
                return torch.cat([f(c) for c in x.split(rows)])
            """,
            "there is no row x[0] to look at where n is 0",
            "chunked_apply-values",
            "chunked_apply-slices",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                out = torch.empty_like(x)
                for i in range(0, len(x), rows):
                    out[i : i + rows] = f(x[i : i + rows])
                return out
            """,
            "f may return rows of another shape and dtype than those of x",
            "chunked_apply-slices",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, -(-max_bytes // row))
                return torch.cat([f(c) for c in x.split(rows)])
            """,
            "a slice exceeds the budget",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                return torch.cat([f(c) for c in x.split(rows)], dim=-1)
            """,
            "join along axis 0, that of the rows",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                row = x.shape[1] * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                return torch.cat([f(c) for c in x.split(rows)])
            """,
            "x may have one axis only",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                f(x[:1])
                row = math.prod(x.shape[1:]) * x.dtype.itemsize
                rows = max(1, max_bytes // row)
                return torch.cat([f(c) for c in x.split(rows)])
            """,
            "f got 6 rows in all; x has 5, and each goes to f once",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                return torch.stack([f(x[i]) for i in range(len(x))])
            """,
            "it takes a slice of rows, of shape (r, 3): one row alone is x[i:i + 1]",
        ),
        wrong(
            """
            def chunked_apply(f, x, max_bytes):
                rows = math.ceil(max_bytes / (math.prod(x.shape[1:]) * x.dtype.itemsize))
                return torch.cat([f(part) for part in x.split(rows)])
            """,
            "only 2 fit into 30 bytes; round down",
            "chunked_apply-values",
            "chunked_apply-empty",
        ),
    ),
)

MIXED_MATMUL = Answers(
    right=(
        code("""
            def mixed_matmul(a, b, device_type):
                return a.bfloat16() @ b.bfloat16()
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                with torch.amp.autocast(device_type=device_type, dtype=torch.bfloat16):
                    product = torch.mm(a, b)
                return product
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                multiply = torch.autocast(device_type, torch.bfloat16, cache_enabled=False)(
                    torch.matmul
                )
                return multiply(a, b)
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                half = torch.bfloat16
                return torch.einsum("ik,kj->ij", a.to(half), b.to(half))
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                return nn.functional.linear(a.to(torch.bfloat16), b.T.to(torch.bfloat16))
            """),
        code("""
            class Product(torch.autograd.Function):
                @staticmethod
                def forward(ctx, a, b):
                    a, b = a.bfloat16(), b.bfloat16()
                    ctx.save_for_backward(a, b)
                    return a.mm(b)

                @staticmethod
                def backward(ctx, upstream):
                    a, b = ctx.saved_tensors
                    return (upstream @ b.T).float(), (a.T @ upstream).float()


            def mixed_matmul(a, b, device_type):
                return Product.apply(a, b)
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                before = (
                    torch.is_autocast_enabled(device_type),
                    torch.get_autocast_dtype(device_type),
                )
                torch.set_autocast_enabled(device_type, True)
                torch.set_autocast_dtype(device_type, torch.bfloat16)
                try:
                    return a @ b
                finally:
                    torch.clear_autocast_cache()
                    torch.set_autocast_enabled(device_type, before[0])
                    torch.set_autocast_dtype(device_type, before[1])
            """),
        code("""
            def mixed_matmul(a, b, device_type):
                return a.to(device_type, torch.bfloat16) @ b.to(device_type, torch.bfloat16)
            """),
    ),
    wrong=(
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return a @ b
            """,
            "that is a float32 product",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return a.detach().bfloat16() @ b.detach().bfloat16()
            """,
            "no gradient finds its way back",
            "mixed_matmul-product",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return a.half() @ b.half()
            """,
            "float16 ends at 65504; bfloat16, which was asked, has the range of float32",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return (a @ b).bfloat16()
            """,
            "the product was computed in float32 and rounded afterwards",
            "mixed_matmul-gradients",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                torch.autocast(device_type, dtype=torch.bfloat16).__enter__()
                return a @ b
            """,
            "autocast stays on after your function",
            "mixed_matmul-product",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return (a.bfloat16() @ b.bfloat16()).float()
            """,
            "the result should be bfloat16, as the product gives it; it is torch.float32",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return a.bfloat16() @ b
            """,
            "convert both matrices: a product wants operands of one dtype",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.autocast("cuda", dtype=torch.bfloat16):
                    return a @ b
            """,
            "that is a float32 product",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    return a @ b
            """,
            "device_type was 'cuda', and autocast was entered for ['cpu']",
            "mixed_matmul-product",
            "mixed_matmul-gradients",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.no_grad(), torch.autocast(device_type, dtype=torch.bfloat16):
                    return a @ b
            """,
            "no gradient finds its way back",
            "mixed_matmul-product",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.autocast(device_type, dtype=torch.float16):
                    return a @ b
            """,
            "float16 ends at 65504",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                a.data, b.data = a.data.bfloat16(), b.data.bfloat16()
                return a @ b
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                torch.set_default_dtype(torch.bfloat16)
                return a.to(torch.get_default_dtype()) @ b.to(torch.get_default_dtype())
            """,
            "your function changes the default dtype of the whole program",
            "mixed_matmul-product",
            "mixed_matmul-gradients",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.autocast(device_type, dtype=torch.bfloat16):
                    pass
                return a @ b
            """,
            "that is a float32 product",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                return a.bfloat16() * b.bfloat16()
            """,
            "your code raised RuntimeError: The size of tensor a (3) must match the size of",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                a = torch.tensor(a.tolist(), dtype=torch.bfloat16)
                b = torch.tensor(b.tolist(), dtype=torch.bfloat16)
                return a @ b
            """,
            "no gradient finds its way back",
            "mixed_matmul-product",
            "mixed_matmul-afterwards",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                torch.set_autocast_dtype(device_type, torch.bfloat16)
                torch.set_autocast_enabled(device_type, True)
                product = a @ b
                torch.set_autocast_enabled(device_type, False)
                return product
            """,
            "after the weights changed",
            "mixed_matmul-product",
        ),
        wrong(
            """
            def mixed_matmul(a, b, device_type):
                with torch.autocast(device_type):
                    return a @ b
            """,
            "on a GPU this gives float16",
            "mixed_matmul-gradients",
            "mixed_matmul-afterwards",
        ),
    ),
)

TILED_MATMUL = Answers(
    right=(
        code("""
            def tiled_matmul(A, B, tile):
                A, B = A.float(), B.float()
                C = torch.zeros(A.shape[0], B.shape[1], device=A.device)
                for i in range(0, C.shape[0], tile):
                    for j in range(0, C.shape[1], tile):
                        for l in range(0, A.shape[1], tile):
                            C[i : i + tile, j : j + tile] += (
                                A[i : i + tile, l : l + tile] @ B[l : l + tile, j : j + tile]
                            )
                return C
            """),
        code("""
            def tiled_matmul(A, B, tile):
                m, k, n = *A.shape, B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for start in range(0, k, tile):
                    inner = slice(start, start + tile)
                    for i in range(0, m, tile):
                        for j in range(0, n, tile):
                            rows, columns = slice(i, min(i + tile, m)), slice(j, min(j + tile, n))
                            C[rows, columns].addmm_(
                                A[rows, inner].float(), B[inner, columns].float()
                            )
                return C
            """),
        code("""
            def tiled_matmul(A, B, tile):
                C = torch.zeros(A.shape[0], B.shape[1], device=A.device)
                if C.numel() == 0 or A.shape[1] == 0:
                    return C
                rows = []
                for band in A.float().split(tile):
                    row = []
                    for column in B.float().split(tile, dim=1):
                        parts = zip(band.split(tile, dim=1), column.split(tile), strict=True)
                        row.append(sum(a @ b for a, b in parts))
                    rows.append(torch.cat(row, dim=1))
                return torch.cat(rows)
            """),
        code("""
            def tiled_matmul(A, B, tile):
                (m, k), n = A.shape, B.shape[1]
                up = [-(-size // tile) for size in (m, k, n)]
                a = torch.zeros(up[0] * tile, up[1] * tile, device=A.device)
                b = torch.zeros(up[1] * tile, up[2] * tile, device=A.device)
                a[:m, :k], b[:k, :n] = A, B
                a = a.reshape(up[0], tile, up[1], tile).permute(0, 2, 1, 3)
                b = b.reshape(up[1], tile, up[2], tile).permute(0, 2, 1, 3)
                C = torch.zeros(up[0], up[2], tile, tile, device=A.device)
                for l in range(up[1]):
                    C += a[:, l, None] @ b[None, l]
                return C.permute(0, 2, 1, 3).reshape(up[0] * tile, up[2] * tile)[:m, :n]
            """),
        code("""
            def tiled_matmul(A, B, tile):
                (m, k), n = A.shape, B.shape[1]
                C = torch.zeros(m, n, dtype=torch.float32, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        total = torch.zeros(min(tile, m - i), min(tile, n - j), device=A.device)
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            total = total + (a[:, :, None] * b[None]).sum(1)
                        C[i : i + tile, j : j + tile] = total
                return C
            """),
        code("""
            def blocks(M, tile):
                up = [-(-size // tile) for size in M.shape]
                padded = M.new_zeros(up[0] * tile, up[1] * tile, dtype=torch.float32)
                padded[: M.shape[0], : M.shape[1]] = M
                return padded.reshape(up[0], tile, up[1], tile)


            def tiled_matmul(A, B, tile):
                m, n = A.shape[0], B.shape[1]
                C = torch.einsum("iakb,kbjc->iajc", blocks(A, tile), blocks(B, tile))
                rows, columns = C.shape[0] * tile, C.shape[2] * tile
                return C.reshape(rows, columns)[:m, :n]
            """),
        code("""
            def tiled_matmul(A, B, tile):
                A, B = A.float(), B.float()
                C = A.new_zeros(len(A), B.shape[1])
                for i in range(0, len(A), tile):
                    for j in range(0, B.shape[1], tile):
                        for l in range(0, A.shape[1], tile):
                            rows, inner, columns = (slice(at, at + tile) for at in (i, l, j))
                            C[rows, columns] = torch.addmm(C[rows, columns], A[rows, inner], B[inner, columns])
                return C
            """),
        code("""
            def tiled_matmul(A, B, tile):
                C = torch.zeros(len(A), B.shape[1], dtype=torch.float64, device=A.device)
                for l in range(0, A.shape[1], tile):
                    for j in range(0, B.shape[1], tile):
                        for i in range(0, len(A), tile):
                            a, b = A[i : i + tile, l : l + tile], B[l : l + tile, j : j + tile]
                            C[i : i + tile, j : j + tile] += torch.einsum("ab,bc->ac", a.double(), b.double())
                return C.float()
            """),
    ),
    wrong=(
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] = a @ b
                return C
            """,
            "each tile of the result is a SUM over the tiles in between: += where you wrote =",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                C = torch.zeros(m, B.shape[1], dtype=A.dtype, device=A.device)
                for l in range(0, k, tile):
                    C += A[:, l : l + tile] @ B[l : l + tile]
                return C.float()
            """,
            "accumulator stops growing once the terms fall below its resolution",
            "tiled_matmul-values",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, dtype=A.dtype, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = A[i : i + tile, l : l + tile], B[l : l + tile, j : j + tile]
                            C[i : i + tile, j : j + tile] += a @ b
                return C.float()
            """,
            "accumulator stops growing once the terms fall below its resolution",
            "tiled_matmul-values",
            "tiled_matmul-tiles",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, dtype=A.dtype, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = A[i : i + tile, l : l + tile], B[l : l + tile, j : j + tile]
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "accumulator stops growing once",
            "tiled_matmul-values",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                return A.float() @ B.float()
            """,
            "here the whole matrices are multiplied in one go",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                return A @ B
            """,
            "a float32 result is asked",
            "tiled_matmul-values",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m - tile + 1, tile):
                    for j in range(0, n - tile + 1, tile):
                        for l in range(0, k - tile + 1, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "the tiles at the border are missing",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k - tile + 1, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "the last tiles in between are missing: those at the border may be smaller",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile],
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "bring both tiles to float32 before they are multiplied",
            "tiled_matmul-values",
            "tiled_matmul-tiles",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[j : j + tile, l : l + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "the tiles do not fit: the columns of A's tile are the rows of B's tile",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.ones(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "a tile that divides the sizes (the value at index [0, 0] is -9, expected -10)",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a * b
                return C
            """,
            "a product of matrices is asked, tile by tile: @, not *",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = (
                                A[i : i + tile, l : l + tile].float(),
                                B[l : l + tile, j : j + tile].float(),
                            )
                            C[i : i + tile, j : j + tile] += a @ b
                return C.to(A.dtype)
            """,
            "a float32 result is asked, whatever the inputs are; this is torch.bfloat16",
            "tiled_matmul-values",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                m, k = A.shape
                n = B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(m // tile):
                    for j in range(n // tile):
                        for l in range(k // tile):
                            rows, inner, columns = (
                                slice(s * tile, (s + 1) * tile) for s in (i, l, j)
                            )
                            C[rows, columns] += A[rows, inner].float() @ B[inner, columns].float()
                return C
            """,
            "the tiles at the border are missing",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                rows = []
                for band in A.float().split(tile):
                    row = []
                    for column in B.float().split(tile, dim=1):
                        row.append(
                            sum(a @ b for a, b in zip(band.split(tile, dim=1), column.split(tile)))
                        )
                    rows.append(torch.cat(row, dim=1))
                return torch.stack(rows).flatten(0, 1)
            """,
            "stack expects each tensor to be equal size",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                C = torch.zeros(len(A), B.shape[1], device=A.device)
                for i in range(0, len(A), tile):
                    C[i : i + tile] = A[i : i + tile].float() @ B.float()
                return C
            """,
            "one product has 560 multiply-adds, and with tiles of 4 it is at most 64",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                half = len(A) // 2
                return torch.cat([A[:half].float() @ B.float(), A[half:].float() @ B.float()])
            """,
            "one product has 840 multiply-adds",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                return (A.float()[:, :, None] * B.float()).sum(1)
            """,
            "here the whole matrices are multiplied in one go",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                C = torch.zeros(len(A), B.shape[1], device=A.device)
                for l in range(0, A.shape[1], tile):
                    C += A[:, l : l + tile].float() @ B[l : l + tile].float()
                return C
            """,
            "one product has 672 multiply-adds",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                C = torch.zeros(len(A), B.shape[1], device=A.device)
                for i in range(0, len(A), tile):
                    for j in range(0, B.shape[1], tile):
                        C[i : i + tile, j : j + tile] = A[i : i + tile].float() @ B[:, j : j + tile].float()
                return C
            """,
            "one product has 160 multiply-adds",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                return torch.einsum("ab,bc->ac", A.float(), B.float())
            """,
            "here the whole matrices are multiplied in one go",
            "tiled_matmul-values",
            "tiled_matmul-precision",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                (m, k), n = A.shape, B.shape[1]
                C = torch.zeros(m, n, device=A.device)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = A[i : i + tile, l : l + tile], B[l : l + tile, j : j + tile]
                            C[i : i + tile, j : j + tile] += (a @ b).float()
                return C
            """,
            "products of tiles are rounded to torch.bfloat16 before they are added",
            "tiled_matmul-values",
            "tiled_matmul-tiles",
        ),
        wrong(
            """
            def tiled_matmul(A, B, tile):
                (m, k), n = A.shape, B.shape[1]
                C = torch.zeros(m, n)
                for i in range(0, m, tile):
                    for j in range(0, n, tile):
                        for l in range(0, k, tile):
                            a, b = A[i : i + tile, l : l + tile].float(), B[l : l + tile, j : j + tile].float()
                            C[i : i + tile, j : j + tile] += a @ b
                return C
            """,
            "A and B were on meta, and the result is on cpu",
            "tiled_matmul-precision",
            "tiled_matmul-tiles",
        ),
    ),
)

ANSWERS = {
    "pick_device": PICK_DEVICE,
    "to_device": TO_DEVICE,
    "add_noise": ADD_NOISE,
    "bench": BENCH,
    "matmul_cost": MATMUL_COST,
    "roofline": ROOFLINE,
    "predict_bottleneck": PREDICT_BOTTLENECK,
    "break_even": BREAK_EVEN,
    "training_bytes": TRAINING_BYTES,
    "chunked_apply": CHUNKED_APPLY,
    "mixed_matmul": MIXED_MATMUL,
    "tiled_matmul": TILED_MATMUL,
}
