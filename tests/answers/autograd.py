"""Right and wrong answers to the exercises of `source/autograd/autograd.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same.
"""

from gradschool.classroom.answers import Answers, code, predictions, wrong

PREDICT_GRADIENTS = predictions(
    "predict_gradients",
    {"a": "7", "b": "14", "c": "3", "d": "12", "e": "33", "f": "7", "g": "(8, 5)", "h": "-6"},
    spellings=[
        {"a": "7.0", "b": "14.0", "c": "3.0", "g": "(8.0, 5.0)", "h": "-6.0"},
        {"a": "2 * 2 + 3", "b": "8 - 2 + 8", "d": "3 * 4", "e": "6 + 27", "g": "[8, 5]"},
        {"c": "torch.tensor(3.0)", "g": "torch.tensor([8.0, 5.0])", "h": "4 * -3 + 3 * 2"},
        {"d": "np.float64(12)", "g": "np.array([8, 5])", "a": "7.00001", "e": "32.9999"},
    ],
    mistakes=[
        ("a", "11.0", "that is the value of the function"),
        ("a", "4", "the term 3x has a slope too"),
        ("a", "8", "and no slope"),
        ("a", "10", "3x has the slope 3"),
        ("a", "'7'", "'7' is text; one number is asked, without quotes"),
        ("a", "(7,)", "one number is asked, without parentheses"),
        ("b", "-8", "that is the value of the function"),
        ("b", "1", "the slope of a product is not the product of the slopes"),
        ("b", "-14", "the sign"),
        ("b", "6", "6 is not what the code gives"),
        ("c", "0", "its slope is not"),
        ("c", "-3", "the sign"),
        ("c", "14", "not a straight line"),
        ("d", "4.0", ".grad is added to, not replaced: 4 + 4 + 4"),
        ("d", "8", "here it is added twice"),
        ("d", "64", "they do not multiply"),
        ("d", "6", "x is in both places"),
        ("e", "27", ".grad is added to, not replaced"),
        ("e", "6", "the slope of x² alone"),
        ("e", "36", "these are the values"),
        ("f", "2.0", "x is used in two places"),
        ("f", "6", "the lone + x is a path too"),
        ("f", "12", "that is the value"),
        ("f", "4", "3 + 3"),
        ("g", "(5, 8)", "the slope along x comes first"),
        ("g", "6", "that is the value"),
        ("g", "13", "not the sum of the slopes"),
        ("g", "(4, 5)", "its slope along x is y²"),
        ("g", "(4, 1)", "the y stays"),
        ("g", "(8, 4)", "its slope along y is x²"),
        ("h", "-12", "b reaches y along two paths"),
        ("h", "6", "b reaches y along two paths"),
        ("h", "-1", "the outer factors count too"),
        ("h", "18", "the sign of the first bracket"),
        ("h", "44", "the slope along a"),
    ],
)

POLY_DERIVATIVE = Answers(
    right=(
        code("""
            def poly_derivative(coeffs, x):
                slope = 0.0
                for k, c in enumerate(coeffs):
                    if k > 0:
                        slope += k * c * x ** (k - 1)
                return slope
        """),
        code("""
            def poly_derivative(coeffs, x):
                # Horner's scheme for the value and the slope together.
                value = slope = 0.0
                for c in reversed(coeffs):
                    slope = slope * x + value
                    value = value * x + c
                return float(slope)
        """),
        code("""
            def poly_derivative(coeffs, x):
                down = [k * c for k, c in enumerate(coeffs)][1:]
                return float(sum(c * x**k for k, c in enumerate(down)))
        """),
        code("""
            def poly_derivative(coeffs, x):
                if len(coeffs) < 2:
                    return 0.0
                return float(np.polyval(np.polyder(coeffs[::-1]), x))
        """),
        code("""
            def poly_derivative(coeffs, x):
                c = torch.tensor(coeffs, dtype=torch.float64)[1:]
                k = torch.arange(len(c), dtype=torch.float64)
                return ((k + 1) * c * x**k).sum().item()
        """),
        code("""
            def poly_derivative(coeffs, x):
                # c0 + x·q(x) has the slope q(x) + x·q'(x).
                if not coeffs:
                    return 0.0
                rest = coeffs[1:]
                return float(sum(c * x**k for k, c in enumerate(rest)) + x * poly_derivative(rest, x))
        """),
        code("""
            def poly_derivative(coeffs, x):
                total, power = 0.0, 1.0
                for k in range(1, len(coeffs)):
                    total += k * coeffs[k] * power
                    power *= x
                return total
        """),
        code("""
            class Dual:
                def __init__(self, value, slope):
                    self.value, self.slope = value, slope

                def times(self, other):
                    return Dual(
                        self.value * other.value, self.slope * other.value + self.value * other.slope
                    )

            def poly_derivative(coeffs, x):
                power, total = Dual(1.0, 0.0), 0.0
                for c in coeffs:
                    total += c * power.slope
                    power = power.times(Dual(x, 1.0))
                return total
        """),
    ),
    wrong=(
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(k*c*x**(k-1) for k, c in enumerate(coeffs)))",
            "start at k = 1",
            "poly_derivative-values",
            "poly_derivative-exact",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(c*x**(k-1) for k, c in enumerate(coeffs) if k))",
            "bring the exponent down as a factor",
            "poly_derivative-edges",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float((sum(c*(x+1e-6)**k for k, c in enumerate(coeffs)) - sum(c*x**k for k, c in enumerate(coeffs)))/1e-6)",
            "a difference quotient only comes close",
            "poly_derivative-values",
            "poly_derivative-edges",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(c*x**k for k, c in enumerate(coeffs)))",
            "that is the value of the polynomial",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(k*c*x**k for k, c in enumerate(coeffs)))",
            "one less remains",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum((k+1)*c*x**k for k, c in enumerate(coeffs)))",
            "every power is counted one too high",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(k*coeffs[k]*x**(k-1) for k in range(1, len(coeffs) - 1)))",
            "one term is missing",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: float(sum(k*coeffs[k]*x**(k-1) for k in range(1, len(coeffs) + 1)))",
            "ends with coeffs[n − 1]",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                n = len(coeffs)
                return float(sum((n-1-k) * c * x**(n-2-k) for k, c in enumerate(coeffs[:-1])))
            """,
            "from the other end",
        ),
        wrong(
            "poly_derivative = lambda coeffs, x: sum(k*c*x**(k-1) for k, c in enumerate(coeffs) if k)",
            "0.0, a float",
            "poly_derivative-values",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                coeffs.pop(0)
                return float(sum((k + 1) * c * x**k for k, c in enumerate(coeffs)))
            """,
            "or none",
            "poly_derivative-values",
            "poly_derivative-exact",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                if not coeffs:
                    return 0.0
                coeffs[0] = 0
                return float(sum(k * c * x ** max(k - 1, 0) for k, c in enumerate(coeffs)))
            """,
            "the caller's list was changed",
            "poly_derivative-values",
            "poly_derivative-exact",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                (sum(c * t**k for k, c in enumerate(coeffs)) + 0 * t).backward()
                return t.grad.item()
            """,
            "derive the formula by hand",
            "poly_derivative-edges",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                h = 1e-5
                f = lambda t: sum(c * t**k for k, c in enumerate(coeffs))
                return float((f(x + h) - f(x - h)) / (2 * h))
            """,
            "a difference quotient only comes close",
            "poly_derivative-values",
            "poly_derivative-edges",
        ),
        wrong(
            """
            def poly_derivative(coeffs, x):
                for k, c in enumerate(coeffs):
                    slope = k * c * x ** (k - 1) if k else 0.0
                return float(slope)
            """,
            "for [2, -5, 4, 3] at 2.0",
        ),
    ),
)

NUMERICAL_GRADIENT = Answers(
    right=(
        code("""
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                steps = h * torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
                return torch.stack([(f(x + e) - f(x - e)) / (2 * h) for e in steps]).reshape(x.shape)
        """),
        code("""
            def numerical_gradient(f, x):
                x, h = x.detach().to(torch.float64).clone(), 1e-5
                out = torch.empty(x.shape, dtype=torch.float64)
                for index in np.ndindex(*x.shape):
                    old = x[index].item()
                    x[index] = old + h
                    above = f(x).item()
                    x[index] = old - h
                    below = f(x).item()
                    x[index] = old
                    out[index] = (above - below) / (2 * h)
                return out
        """),
        code("""
            def numerical_gradient(f, x):
                # Two central differences combined: the error shrinks with h to the fourth.
                flat = x.detach().reshape(-1).double()

                def central(i, h):
                    up, down = flat.clone(), flat.clone()
                    up[i] += h
                    down[i] -= h
                    return (f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * h)

                slopes = [(4 * central(i, 1e-4) - central(i, 2e-4)) / 3 for i in range(len(flat))]
                return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
        """),
        code("""
            def numerical_gradient(f, x):
                h = np.cbrt(np.finfo(np.float64).eps)
                at = x.detach().numpy().astype(np.float64)
                out = np.zeros_like(at)
                for i in range(at.size):
                    e = np.zeros(at.size)
                    e[i] = h
                    e = e.reshape(at.shape)
                    out.flat[i] = (float(f(torch.tensor(at + e))) - float(f(torch.tensor(at - e)))) / (2 * h)
                return torch.tensor(out)
        """),
        code("""
            @torch.no_grad()
            def numerical_gradient(f, x):
                x = x.double()
                out = torch.zeros_like(x).flatten()
                for i in range(x.numel()):
                    e = torch.zeros(x.numel(), dtype=torch.float64)
                    e[i] = 1e-6 * max(1.0, abs(x.flatten()[i].item()))
                    e = e.reshape(x.shape)
                    out[i] = (f(x + e) - f(x - e)) / (2 * e.sum())
                return out.reshape(x.shape)
        """),
        code("""
            def numerical_gradient(f, x):
                x, h = x.detach().double(), 5e-6
                steps = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape) * h
                up, down = torch.func.vmap(f)(x + steps), torch.func.vmap(f)(x - steps)
                return ((up - down) / (2 * h)).reshape(x.shape)
        """),
    ),
    wrong=(
        wrong(
            """
            def numerical_gradient(f, x):
                x, h = x.detach().double(), 6e-6
                out = torch.zeros_like(x)
                for i in range(len(x)):
                    e = torch.zeros_like(x)
                    e[i] = h
                    out[i] = (f(x + e) - f(x - e)) / (2 * h)
                return out
            """,
            "here a whole row moves at once",
            "numerical_gradient-accurate",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x, h = x.detach().double(), 6e-6
                up, down, out = x.clone(), x.clone(), torch.zeros(x.numel(), dtype=torch.float64)
                for i in range(x.numel()):
                    up.view(-1)[i] += h
                    down.view(-1)[i] -= h
                    out[i] = (f(up) - f(down)) / (2 * h)
                return out.reshape(x.shape)
            """,
            "put each entry back",
        ),
        # Raised and lowered point are one tensor.
        wrong(
            """
            def numerical_gradient(f, x):
                h = 6e-6
                out = torch.zeros(x.numel(), dtype=torch.float64)
                for i in range(x.numel()):
                    copy = x.detach().double().flatten().clone()
                    up = copy
                    down = copy
                    up[i] += h
                    down[i] -= h
                    out[i] = (f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * h)
                return out.reshape(x.shape)
            """,
            "one and the same tensor",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 1e-6
                return torch.stack([(f(x+e)-f(x))/h for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "these are forward differences",
            "numerical_gradient-values",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 1e-8
                return torch.stack([(f(x+e)-f(x))/h for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "take the central difference",
            "numerical_gradient-values",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().float(); h = 1e-3
                return torch.stack([(f(x+e)-f(x-e))/(2*h) for e in h*torch.eye(x.numel()).reshape(-1,*x.shape)]).reshape(x.shape).double()
            """,
            "in float64",
            "numerical_gradient-values",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                g = torch.zeros(x.shape, dtype=torch.float64); h = 6e-6; X = x.view(-1)
                for i in range(X.numel()):
                    X[i] += h; a = f(x); X[i] -= 2*h; b = f(x); g.view(-1)[i] = (a-b)/(2*h)
                return g
            """,
            "changed the tensor it was given",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 1e-10
                return torch.stack([(f(x+e)-f(x-e))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "a tiny one loses digits",
            "numerical_gradient-values",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 1e-2
                return torch.stack([(f(x+e)-f(x-e))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "a large step cuts the corner",
            "numerical_gradient-values",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                return torch.stack([(f(x+e)-f(x-e))/h for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "it is 2h",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                return torch.stack([(f(x+e)-f(x))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "divide by 2h only if",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                return torch.full(x.shape, ((f(x + h) - f(x - h)) / (2 * h)).item(), dtype=torch.float64)
            """,
            "every entry moved at once",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                return (f(x + h) - f(x - h)) / (2 * h)
            """,
            "one number for each entry",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                h = 6e-6
                steps = h * torch.eye(x.numel(), dtype=torch.float64)
                x = x.detach().double()
                return torch.stack([(f(x + e) - f(x - e)) / (2 * h) for e in steps])
            """,
            "f wants a tensor of the shape of x",
            "numerical_gradient-accurate",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double(); h = 6e-6
                return torch.stack([(f(x+e)-f(x-e))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)])
            """,
            "the right slopes in one row",
            "numerical_gradient-accurate",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach().double().requires_grad_()
                return torch.autograd.grad(f(x), x)[0]
            """,
            "it cannot ask autograd",
            "numerical_gradient-accurate",
            "numerical_gradient-contract",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                h = 6e-6
                X = x.detach().double()
                return torch.stack([(f(X-e)-f(X+e))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape)
            """,
            "turns the sign",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                h = 6e-6
                steps = h * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
                return torch.stack([(f(x + e) - f(x - e)) / (2 * h) for e in steps]).reshape(x.shape).double()
            """,
            "turn x into float64",
            "numerical_gradient-values",
            "numerical_gradient-accurate",
        ),
        wrong(
            """
            def numerical_gradient(f, x):
                x = x.detach()
                X = x.double(); h = 6e-6
                return torch.stack([(f(X+e)-f(X-e))/(2*h) for e in h*torch.eye(x.numel(),dtype=torch.float64).reshape(-1,*x.shape)]).reshape(x.shape).to(x.dtype)
            """,
            "the result is torch.float32",
            "numerical_gradient-values",
            "numerical_gradient-accurate",
        ),
    ),
)

GRADIENT_AT = Answers(
    right=(
        code("""
            def gradient_at(f, *point):
                xs = [torch.tensor(float(p), dtype=torch.float64, requires_grad=True) for p in point]
                grads = torch.autograd.grad(f(*xs), xs, allow_unused=True)
                return tuple(0.0 if g is None else g.item() for g in grads)
        """),
        code("""
            def gradient_at(f, *point):
                p = torch.tensor(point, dtype=torch.float64, requires_grad=True)
                f(*p).backward()
                return tuple(p.grad.tolist())
        """),
        code("""
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64) for p in point]
                grads = torch.func.grad(f, argnums=tuple(range(len(xs))))(*xs)
                return tuple(g.item() for g in grads)
        """),
        code("""
            def gradient_at(f, *point):
                xs = tuple(torch.tensor(p, dtype=torch.float64) for p in point)
                return tuple(map(float, torch.autograd.functional.jacobian(f, xs)))
        """),
        code("""
            def gradient_at(f, *point):
                xs = [torch.from_numpy(np.array(p, dtype=np.float64)).requires_grad_() for p in point]
                out = f(*xs) + sum(0.0 * x for x in xs)
                out.backward()
                return tuple(float(x.grad) for x in xs)
        """),
        code("""
            def gradient_at(f, *point):
                out = []
                for i in range(len(point)):
                    xs = [torch.tensor(p, dtype=torch.float64) for p in point]
                    xs[i].requires_grad_(True)
                    y = f(*xs)
                    if not y.requires_grad:
                        out.append(0.0)
                        continue
                    y.backward()
                    out.append(xs[i].grad.item())
                return tuple(out)
        """),
    ),
    wrong=(
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, requires_grad=True) for p in point]
                f(*xs).backward()
                return tuple(x.grad.item() for x in xs)
            """,
            "integers have no slopes",
            "gradient_at-values",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p).double().requires_grad_() for p in point]
                f(*xs).backward()
                return tuple(0.0 if x.grad is None else x.grad.item() for x in xs)
            """,
            "the point itself was rounded to float32",
            "gradient_at-values",
            "gradient_at-edges",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                y, out = f(*xs), []
                for x in xs:
                    y.backward(retain_graph=True)
                    out.append(0.0 if x.grad is None else x.grad.item())
                return tuple(out)
            """,
            "a second one adds to them",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                h = 1e-6; point = [float(p) for p in point]; out = []
                for i in range(len(point)):
                    q = list(point); q[i] += h
                    out.append(((f(*map(torch.tensor, q)) - f(*map(torch.tensor, point))) / h).item())
                return tuple(out)
            """,
            "for 3x² at (4.0,)",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                h, out = 1e-6, []
                point = [torch.tensor(p, dtype=torch.float64) for p in point]
                for i in range(len(point)):
                    up, down = list(point), list(point)
                    up[i], down[i] = up[i] + h, down[i] - h
                    out.append(((f(*up) - f(*down)) / (2 * h)).item())
                return tuple(out)
            """,
            "for 3x² at (4.0,)",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                with torch.no_grad():
                    y = f(*xs)
                y.backward()
                return tuple(x.grad.item() for x in xs)
            """,
            "nothing to go back through",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64) for p in point]
                f(*xs).backward()
                return tuple(x.grad.item() for x in xs)
            """,
            "told to require a gradient",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*xs).backward()
                return tuple(x.grad.item() for x in xs)
            """,
            "count it as 0.0",
            "gradient_at-values",
            "gradient_at-contract",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                return tuple(g.item() for g in torch.autograd.grad(f(*xs), xs))
            """,
            "f may ignore an argument",
            "gradient_at-values",
            "gradient_at-contract",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(float(p), requires_grad=True) for p in point]
                f(*xs).backward()
                return tuple(0.0 if x.grad is None else x.grad.item() for x in xs)
            """,
            "these are seven digits, float32",
            "gradient_at-values",
            "gradient_at-edges",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*xs).backward()
                return [0.0 if x.grad is None else x.grad.item() for x in xs]
            """,
            "the right numbers in a list",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*xs).backward()
                return tuple(torch.zeros_like(x) if x.grad is None else x.grad for x in xs)
            """,
            "the right numbers as tensors",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*xs).backward()
                return tuple(x.grad.item() for x in xs if x.grad is not None)
            """,
            "every argument gets its place",
            "gradient_at-values",
            "gradient_at-contract",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                p = torch.tensor(point, dtype=torch.float64, requires_grad=True)
                f(p).backward()
                return tuple(p.grad.tolist())
            """,
            "f takes the numbers one by one",
        ),
        wrong(
            """
            leaves = {}

            def gradient_at(f, *point):
                # Leaves that are kept keep their gradients too.
                xs = [
                    leaves.setdefault((i, p), torch.tensor(p, dtype=torch.float64, requires_grad=True))
                    for i, p in enumerate(point)
                ]
                f(*xs).backward()
                return tuple(0.0 if x.grad is None else x.grad.item() for x in xs)
            """,
            "for x²y + sin(xy)",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*[x.item() for x in xs]).backward()
                return tuple(x.grad.item() for x in xs)
            """,
            "'float' object has no attribute 'backward'",
        ),
        wrong(
            """
            def gradient_at(f, *point):
                xs = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in point]
                f(*xs).backward()
                grads = tuple(0.0 if x.grad is None else x.grad.item() for x in xs)
                return grads if len(grads) > 1 else grads[0]
            """,
            "also if there is only one",
        ),
    ),
)

BATCH_GRADIENTS = Answers(
    right=(
        code("""
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad)
                    w.grad = None
                return out
        """),
        code("""
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    if w.grad is not None:
                        w.grad.zero_()
                    torch.nn.functional.mse_loss(X @ w, y).backward()
                    out.append(w.grad.clone())
                w.grad = None
                return out
        """),
        code("""
            def batch_gradients(w, batches):
                # The gradient by formula.
                return [2 / len(y) * X.T @ (X @ w.detach() - y) for X, y in batches]
        """),
        code("""
            def batch_gradients(w, batches):
                def loss(v, X, y):
                    return (X @ v - y).square().mean()

                return [torch.func.grad(loss)(w.detach(), X, y) for X, y in batches]
        """),
        code("""
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    v = w.detach().clone().requires_grad_()
                    ((X @ v - y) ** 2).mean().backward()
                    out.append(v.grad)
                return out
        """),
        code("""
            def batch_gradients(w, batches):
                # Differences of what has accumulated.
                sums = [torch.zeros_like(w, requires_grad=False)]
                for X, y in batches:
                    (((X @ w - y) ** 2).sum() / y.numel()).backward()
                    sums.append(w.grad.clone())
                if w.grad is not None:
                    w.grad.zero_()
                return [after - before for before, after in zip(sums, sums[1:])]
        """),
    ),
    wrong=(
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad.clone())
                w.grad = None
                return out
            """,
            "nothing is reset between the batches",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    w.grad.zero_()
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad.clone())
                return out
            """,
            "before the first backward w.grad is None",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    if w.grad is not None:
                        w.grad.zero_()
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad)
                w.grad = None
                return out
            """,
            "zeroing in place and reading .grad keeps one memory",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad)
                w.grad = None
                return out
            """,
            "every entry is the same tensor",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    w.grad = None
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad.clone())
                return out
            """,
            "the next backward would add to it",
            "batch_gradients-values",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                return [torch.autograd.grad(((X @ w - y) ** 2).sum(), w)[0] for X, y in batches]
            """,
            "the mean of the squares is asked",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                return [torch.autograd.grad(((X @ w - y) ** 2).mean(), w) for X, y in batches]
            """,
            "got a tuple where a torch.Tensor is asked",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                return torch.stack([torch.autograd.grad(((X @ w - y) ** 2).mean(), w)[0] for X, y in batches])
            """,
            "the right gradients in one tensor",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                w = w.detach()
                out = []
                for X, y in batches:
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad)
                return out
            """,
            "something cut the thread back to w",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                return [1 / len(y) * X.T @ (X @ w.detach() - y) for X, y in batches]
            """,
            "the derivative of a square brings a 2 down",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                loss = sum(((X @ w - y) ** 2).mean() for X, y in batches)
                return torch.autograd.grad(loss, w)[0]
            """,
            "the gradients of the pairs were added up",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                return tuple(torch.autograd.grad(((X @ w - y) ** 2).mean(), w)[0] for X, y in batches)
            """,
            "the right gradients in a tuple",
        ),
        wrong(
            """
            def batch_gradients(w, batches):
                out = []
                for X, y in batches:
                    ((X @ w - y) ** 2).mean().backward()
                    out.append(w.grad.clone())
                    w.grad = None
                w.requires_grad_(False)
                return out
            """,
            "changed the tensor it was given",
        ),
    ),
)

ACCUMULATED_GRADIENT = Answers(
    right=(
        code("""
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    (((a @ w - b) ** 2).sum() / len(y)).backward()
                g, w.grad = w.grad, None
                return g
        """),
        code("""
            def accumulated_gradient(w, X, y, size):
                gs = [
                    torch.autograd.grad(((a @ w - b) ** 2).mean(), w)[0] * (len(b) / len(y))
                    for a, b in zip(X.split(size), y.split(size))
                ]
                return torch.stack(gs).sum(dim=0)
        """),
        code("""
            def accumulated_gradient(w, X, y, size):
                n, total = len(y), 0.0
                for start in range(0, n, size):
                    rows = slice(start, min(start + size, n))
                    total = total + 2 * X[rows].T @ (X[rows] @ w.detach() - y[rows])
                return total / n
        """),
        code("""
            def accumulated_gradient(w, X, y, size):
                v = w.detach().clone().requires_grad_(True)
                n = X.shape[0]
                start = 0
                while start < n:
                    residual = X[start : start + size] @ v - y[start : start + size]
                    residual.pow(2).mean().mul(len(residual) / n).backward()
                    start += size
                return v.grad
        """),
        code("""
            def accumulated_gradient(w, X, y, size):
                # Equal chunks first, then the rest, each as a weighted mean.
                n = len(y)
                cut = n // size * size
                gradient = torch.func.grad(lambda v, a, b: ((a @ v - b) ** 2).sum())
                total = torch.zeros_like(w.detach())
                for i in range(0, cut, size):
                    total += gradient(w.detach(), X[i : i + size], y[i : i + size])
                if cut < n:
                    total += gradient(w.detach(), X[cut:], y[cut:])
                return total / n
        """),
        code("""
            def accumulated_gradient(w, X, y, size):
                # A running mean: the share of the new chunk moves it.
                mean, seen = torch.zeros_like(w.detach()), 0
                for a, b in zip(X.split(size), y.split(size)):
                    (g,) = torch.autograd.grad(torch.nn.functional.mse_loss(a @ w, b), w)
                    seen += len(b)
                    mean += (g - mean) * len(b) / seen
                return mean
        """),
    ),
    wrong=(
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                gs = [torch.autograd.grad(((a @ w - b) ** 2).mean(), w)[0] for a, b in zip(X.split(size), y.split(size))]
                return sum(gs)
            """,
            "each chunk's mean must be weighted by",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    w.grad = None
                    (((a @ w - b) ** 2).sum() / len(y)).backward()
                g, w.grad = w.grad, None
                return g
            """,
            "only the last chunk is left",
        ),
        # What is kept is the slate itself, and then it is wiped.
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    (((a @ w - b) ** 2).sum() / len(y)).backward()
                g = w.grad
                w.grad.zero_()
                return g
            """,
            "it was wiped after you took it",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                gs = [torch.autograd.grad(((a @ w - b) ** 2).mean(), w)[0] for a, b in zip(X.split(size), y.split(size))]
                return sum(gs) / len(gs)
            """,
            "the mean of the chunks' means",
            "accumulated_gradient-sizes",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                gs = [torch.autograd.grad(((a @ w - b) ** 2).mean(), w)[0] for a, b in zip(X.split(size), y.split(size))]
                return sum(gs) * size / len(y)
            """,
            "the last chunk has fewer than size",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                total = 0
                for i in range(len(y) // size):
                    a, b = X[i * size : (i + 1) * size], y[i * size : (i + 1) * size]
                    total = total + torch.autograd.grad(((a @ w - b) ** 2).sum() / len(y), w)[0]
                return total
            """,
            "the last, shorter chunk is missing",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                return torch.autograd.grad(((X @ w - y) ** 2).mean(), w)[0]
            """,
            "with all rows in it",
            "accumulated_gradient-values",
            "accumulated_gradient-sizes",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    (((a @ w - b) ** 2).sum() / len(y)).backward()
                return w.grad
            """,
            "afterwards; it should be None",
            "accumulated_gradient-values",
            "accumulated_gradient-sizes",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    ((a @ w - b) ** 2).sum().backward()
                g, w.grad = w.grad, None
                return g
            """,
            "where is the division by n?",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                for a, b in zip(X.split(size), y.split(size)):
                    (((a @ w - b) ** 2).sum() / size).backward()
                g, w.grad = w.grad, None
                return g
            """,
            "not by size",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                w.grad.zero_()
                for a, b in zip(X.split(size), y.split(size)):
                    (((a @ w - b) ** 2).sum() / len(y)).backward()
                g, w.grad = w.grad, None
                return g
            """,
            "before the first backward w.grad is None",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                loss = sum(((a @ w - b) ** 2).sum() for a, b in zip(X.split(size), y.split(size))) / len(y)
                for _ in range(2):
                    loss.backward()
                g, w.grad = w.grad, None
                return g
            """,
            "a forward pass of its own",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                a, b = X.reshape(-1, size, X.shape[1]), y.reshape(-1, size)
                total = 0
                for rows, targets in zip(a, b):
                    total = total + torch.autograd.grad(((rows @ w - targets) ** 2).sum() / len(y), w)[0]
                return total
            """,
            "size need not divide n",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                with torch.no_grad():
                    losses = [((a @ w - b) ** 2).sum() / len(y) for a, b in zip(X.split(size), y.split(size))]
                return torch.autograd.grad(sum(losses), w)[0]
            """,
            "does not require grad",
        ),
        wrong(
            """
            def accumulated_gradient(w, X, y, size):
                total = torch.zeros_like(w)
                for a, b in zip(X.split(size), y.split(size)):
                    w.grad = None
                    (((a @ w - b) ** 2).mean() * size / len(y)).backward()
                    total += w.grad
                w.grad = None
                return total
            """,
            "the last chunk has fewer than size",
        ),
    ),
)

SGD_STEP = Answers(
    right=(
        code("""
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is None:
                        continue
                    with torch.no_grad():
                        p.sub_(p.grad, alpha=lr)
                    p.grad = None
        """),
        code("""
            @torch.no_grad()
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p.add_(-lr * p.grad)
                        p.grad.zero_()
        """),
        code("""
            def sgd_step(params, lr):
                optimizer = torch.optim.SGD(params, lr=lr) if params else None
                if optimizer:
                    optimizer.step()
                    optimizer.zero_grad()
        """),
        code("""
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p.detach().copy_(p.detach() - lr * p.grad)
                        p.grad = None
        """),
        code("""
            def sgd_step(params, lr):
                moving = [p for p in params if p.grad is not None]
                with torch.no_grad():
                    torch._foreach_sub_(moving, [lr * p.grad for p in moving]) if moving else None
                for p in params:
                    p.grad = None
        """),
        code("""
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p.data -= lr * p.grad
                        p.grad = None
        """),
        code("""
            def sgd_step(params, lr):
                before = torch.is_grad_enabled()
                torch.set_grad_enabled(False)
                try:
                    for p in filter(lambda p: p.grad is not None, params):
                        p[...] = p - lr * p.grad
                        p.grad.zero_()
                finally:
                    torch.set_grad_enabled(before)
        """),
    ),
    wrong=(
        wrong(
            """
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p -= lr * p.grad
                        p.grad = None
            """,
            "wrap the update in torch.no_grad()",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p -= lr * p.grad
            """,
            "the gradients were not cleared",
            "sgd_step-contract",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p += lr * p.grad
                            p.grad = None
            """,
            "the gradient points uphill",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p = p - lr * p.grad
                        p.grad = None
            """,
            "nothing has changed",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for i, p in enumerate(params):
                        if p.grad is not None:
                            params[i] = p - lr * p.grad
            """,
            "nothing has changed",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        p -= lr * p.grad
                        p.grad = None
            """,
            "skip a parameter that has no gradient",
            "sgd_step-values",
            "sgd_step-twice",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                torch.set_grad_enabled(False)
                for p in params:
                    if p.grad is not None:
                        p -= lr * p.grad
                        p.grad = None
            """,
            "nothing is recorded any more",
            "sgd_step-values",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p.requires_grad_(False)
                        p -= lr * p.grad
                        p.grad = None
            """,
            "nothing is recorded any more",
            "sgd_step-values",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                for p in params:
                    if p.grad is not None:
                        p.data = p.data - lr * p.grad
                        p.grad = None
            """,
            "moved to new memory",
            "sgd_step-values",
            "sgd_step-twice",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p -= p.grad
                            p.grad = None
            """,
            "the learning rate is missing",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is None:
                            break
                        p -= lr * p.grad
                        p.grad = None
            """,
            "takes its step too",
            "sgd_step-values",
            "sgd_step-twice",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    p = params[0]
                    if p.grad is not None:
                        p -= lr * p.grad
                        p.grad = None
            """,
            "every parameter of the list takes its step",
            "sgd_step-twice",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p.grad = None
                            p -= lr * p.grad
            """,
            "clear a gradient after its step",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p.copy_(lr * p.grad)
                            p.grad = None
            """,
            "that is the step",
        ),
        wrong(
            """
            def sgd_step(params, lr):
                with torch.no_grad():
                    for p in params:
                        if p.grad is not None:
                            p -= lr * p.grad.sign()
                            p.grad = None
            """,
            "only the direction of the gradient",
            "sgd_step-contract",
        ),
    ),
)

SECOND_DERIVATIVE = Answers(
    right=(
        code("""
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64)
                return torch.func.grad(torch.func.grad(f))(x).item()
        """),
        code("""
            def second_derivative(f, x):
                return torch.autograd.functional.hessian(f, torch.tensor(x, dtype=torch.float64)).item()
        """),
        code("""
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                # A term that bends nowhere keeps the gradient connected to x.
                g, = torch.autograd.grad(f(x) + 0.0 * x * x, x, create_graph=True)
                return torch.autograd.grad(g, x)[0].item()
        """),
        code("""
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.double, requires_grad=True)
                f(x).backward(create_graph=True)
                slope, x.grad = x.grad, None
                if slope.grad_fn is None:
                    return 0.0
                slope.backward()
                return 0.0 if x.grad is None else float(x.grad)
        """),
        code("""
            def second_derivative(f, x):
                # Forward over reverse: the slope along 1 of the gradient.
                x = torch.tensor(x, dtype=torch.float64)
                _, bend = torch.func.jvp(torch.func.grad(f), (x,), (torch.ones_like(x),))
                return bend.item()
        """),
        code("""
            def second_derivative(f, x):
                point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                value = f(point)
                for _ in range(2):
                    if not value.requires_grad:
                        return 0.0
                    grads = torch.autograd.grad(value, point, create_graph=True, materialize_grads=True)
                    value = grads[0]
                return value.item()
        """),
    ),
    wrong=(
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                slope = torch.autograd.grad(f(x), x, create_graph=True)
                slope.backward()
                return x.grad.item()
            """,
            "torch.autograd.grad returns a tuple",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                g, = torch.autograd.grad(f(x), x)
                return torch.autograd.grad(g, x)[0].item()
            """,
            "pass create_graph=True",
        ),
        wrong(
            """
            def second_derivative(f, x):
                h = 1e-4; F_ = lambda v: f(torch.tensor(v, dtype=torch.float64)).item()
                return (F_(x + h) - 2*F_(x) + F_(x - h)) / h**2
            """,
            "right to some digits only",
            "second_derivative-values",
            "second_derivative-straight",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                g, = torch.autograd.grad(f(x), x, create_graph=True)
                return torch.autograd.grad(g, x)[0].item()
            """,
            "for a straight line the first gradient",
            "second_derivative-values",
            "second_derivative-exact",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                f(x).backward(create_graph=True)
                x.grad.backward()
                return x.grad.item()
            """,
            "that is f′ + f″",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                f(x).backward()
                return x.grad.item()
            """,
            "that is the first derivative",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                y = f(x)
                g, = torch.autograd.grad(y, x)
                return torch.autograd.grad(y, x)[0].item()
            """,
            "the first backward freed what the second needs",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                y = f(x)
                g, = torch.autograd.grad(y, x, retain_graph=True)
                h, = torch.autograd.grad(y, x)
                return (g * h).item()
            """,
            "the square of the slope",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                g, = torch.autograd.grad(f(x), x, retain_graph=True)
                return torch.autograd.grad(g, x)[0].item()
            """,
            "pass create_graph=True",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, requires_grad=True)
                g, = torch.autograd.grad(f(x), x, create_graph=True)
                return torch.autograd.grad(g, x)[0].item() if g.requires_grad else 0.0
            """,
            "in float64",
            "second_derivative-values",
            "second_derivative-straight",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64)
                return torch.func.grad(torch.func.grad(f))(x)
            """,
            "the right number as a tensor",
        ),
        wrong(
            """
            def second_derivative(f, x):
                def slope(v):
                    t = torch.tensor(v, dtype=torch.float64, requires_grad=True)
                    return torch.autograd.grad(f(t), t)[0].item()

                return (slope(x + 1e-6) - slope(x - 1e-6)) / 2e-6
            """,
            "right to some digits only",
            "second_derivative-values",
            "second_derivative-straight",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                g, = torch.autograd.grad(f(x), x, create_graph=True)
                if not g.requires_grad:
                    return g.item()
                return torch.autograd.grad(g, x)[0].item()
            """,
            "a straight line has one slope everywhere",
            "second_derivative-values",
            "second_derivative-exact",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                y = f(x)
                for _ in range(3):
                    y, = torch.autograd.grad(y, x, create_graph=True)
                    if not y.requires_grad:
                        break
                return y.item()
            """,
            "the third derivative",
        ),
        wrong(
            """
            def second_derivative(f, x):
                x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
                g, = torch.autograd.grad(f(x), x, create_graph=True)
                g = g.detach().requires_grad_()
                return torch.autograd.grad(f(g), g)[0].item()
            """,
            "for t³ at 5.0",
        ),
    ),
)

JACOBIAN_ROWS = Answers(
    right=(
        code("""
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                y = f(x)
                rows = [torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))]
                return torch.stack(rows)
        """),
        code("""
            def jacobian_rows(f, x):
                out = []
                for i in range(f(x.detach()).shape[0]):
                    leaf = x.detach().clone().requires_grad_(True)
                    f(leaf)[i].backward()
                    out.append(leaf.grad)
                return torch.stack(out, dim=0)
        """),
        code("""
            def jacobian_rows(f, x):
                y, pull = torch.func.vjp(f, x.detach())
                return torch.cat([pull(v)[0][None] for v in torch.eye(y.shape[0], dtype=y.dtype)])
        """),
        code("""
            def jacobian_rows(f, x):
                leaf = x.detach().clone().requires_grad_()
                y = f(leaf)
                J = torch.zeros(len(y), len(leaf), dtype=x.dtype)
                for i in range(len(y)):
                    leaf.grad = None
                    y[i].backward(retain_graph=True)
                    J[i] = leaf.grad
                return J
        """),
        code("""
            def jacobian_rows(f, x):
                leaf = x.detach().clone().requires_grad_()
                y = f(leaf)
                unit = torch.eye(len(y), dtype=y.dtype)
                (rows,) = torch.autograd.grad(y, leaf, unit, is_grads_batched=True)
                return rows
        """),
        code("""
            def jacobian_rows(f, x):
                # Column by column, in forward mode.
                x = x.detach()
                columns = [torch.func.jvp(f, (x,), (e,))[1] for e in torch.eye(len(x), dtype=x.dtype)]
                return torch.stack(columns, dim=1)
        """),
    ),
    wrong=(
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                f(x).sum().backward()
                return x.grad
            """,
            "sum().backward() adds all rows together",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                return torch.func.jacrev(f)(x.detach())
            """,
            "build the rows yourself",
            "jacobian_rows-shapes",
            "jacobian_rows-contract",
        ),
        wrong(
            "jacobian_rows = lambda f, x: torch.autograd.functional.jacobian(f, x.detach())",
            "build the rows yourself",
            "jacobian_rows-shapes",
            "jacobian_rows-contract",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))], dim=1)
            """,
            "rows are outputs, columns are inputs",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x)[0] for i in range(len(y))])
            """,
            "the first pass freed what the second needs",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                f(x).backward()
                return x.grad
            """,
            "a pass starts from one number",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for i in range(len(y)):
                    y[i].backward(retain_graph=True)
                    rows.append(x.grad.clone())
                return torch.stack(rows)
            """,
            "each row still holds the rows before it",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for i in range(len(y)):
                    y[i].backward(retain_graph=True)
                    rows.append(x.grad)
                return torch.stack(rows)
            """,
            "every row is the same tensor",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x.requires_grad_()
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])
            """,
            "changed the tensor it was given",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.clone().detach().requires_grad_()
                y = f(x)
                return [torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))]
            """,
            "the right rows in a list",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.clone().detach().requires_grad_()
                y = f(x)
                return torch.cat([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])
            """,
            "the right numbers in one row",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.clone().detach().requires_grad_()
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(x))])
            """,
            "a row for each output of f, not for each input",
            "jacobian_rows-contract",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x = x.clone().detach().requires_grad_()
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))]).squeeze()
            """,
            "the shape is (1, n)",
            "jacobian_rows-values",
            "jacobian_rows-contract",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                y = f(x)
                return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])
            """,
            "f must be called on a leaf",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                h = 1e-4
                steps = h * torch.eye(len(x), dtype=x.dtype)
                with torch.no_grad():
                    return torch.stack([(f(x + e) - f(x - e)) / (2 * h) for e in steps], dim=1)
            """,
            "for (t₀t₁, t₀ + t₂) at (2, 3, 5)",
        ),
        wrong(
            """
            def jacobian_rows(f, x):
                x.grad = None
                leaf = x if x.requires_grad and x.is_leaf else x.detach().clone().requires_grad_()
                y, rows = f(leaf), []
                for i in range(len(y)):
                    y[i].backward(retain_graph=True)
                    rows.append(leaf.grad)
                    leaf.grad = None
                return torch.stack(rows)
            """,
            "x.grad must stay what it was",
            "jacobian_rows-values",
            "jacobian_rows-shapes",
        ),
    ),
)

ROUND_STRAIGHT_THROUGH = Answers(
    right=(
        "round_straight_through = lambda x: x + (torch.round(x) - x).detach()\n",
        code("""
            class Straight(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    return x.round()

                @staticmethod
                def backward(ctx, g):
                    return g

            round_straight_through = Straight.apply
        """),
        code("""
            def round_straight_through(x):
                # x - x.detach() is 0 with the slope 1.
                return x.detach().round() + (x - x.detach())
        """),
        code("""
            def round_straight_through(x):
                with torch.no_grad():
                    correction = torch.round(x) - x
                return x + correction
        """),
        code("""
            def round_straight_through(x):
                correction = x.data.round() - x.data
                return torch.add(x, correction)
        """),
        code("""
            def round_straight_through(x):
                out = x.clone()
                with torch.no_grad():
                    out.round_()
                return out
        """),
    ),
    wrong=(
        wrong(
            "round_straight_through = lambda x: x.round()",
            "let the gradient pass by",
            "round_straight_through-forward",
        ),
        wrong(
            "round_straight_through = lambda x: (x + x.round() - x).detach()",
            "nearly, but not exactly",
        ),
        wrong(
            """
            def round_straight_through(x):
                x.data.round_()
                return x
            """,
            "changed the tensor it was given",
        ),
        wrong(
            "round_straight_through = lambda x: x.round().detach()",
            "nothing comes back to x",
            "round_straight_through-forward",
        ),
        wrong(
            "round_straight_through = lambda x: x + (x - x.round()).detach()",
            "the correction has the wrong sign",
        ),
        wrong(
            "round_straight_through = lambda x: x.round() + x - x.detach()",
            "group the sums so that x and −x meet first",
            "round_straight_through-gradient",
            "round_straight_through-contract",
        ),
        wrong(
            "round_straight_through = lambda x: x + (torch.floor(x + 0.5) - x).detach()",
            "halves go to the even neighbour",
            "round_straight_through-gradient",
            "round_straight_through-contract",
        ),
        wrong(
            "round_straight_through = lambda x: x + (x.trunc() - x).detach()",
            "that cuts the decimals off",
        ),
        wrong(
            "round_straight_through = lambda x: x + (x.floor() - x).detach()",
            "that always goes down",
        ),
        wrong(
            "round_straight_through = lambda x: x",
            "that is x itself",
        ),
        wrong(
            "round_straight_through = lambda x: x.detach() + (x.round() - x)",
            "here it comes back with the other sign",
            "round_straight_through-forward",
        ),
        wrong(
            """
            class Straight(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    return x.round()

                @staticmethod
                def backward(ctx, g):
                    return torch.ones_like(g)

            round_straight_through = Straight.apply
            """,
            "what arrives is ignored",
            "round_straight_through-forward",
        ),
        wrong(
            """
            class Straight(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    ctx.save_for_backward(x)
                    return x.round()

                @staticmethod
                def backward(ctx, g):
                    (x,) = ctx.saved_tensors
                    return x

            round_straight_through = Straight.apply
            """,
            "backward passes on what arrives",
            "round_straight_through-forward",
        ),
        wrong(
            "round_straight_through = lambda x: torch.tensor([round(v) for v in x.tolist()], requires_grad=True)",
            "Only Tensors of floating point",
        ),
        wrong(
            """
            def round_straight_through(x):
                return x.clone().requires_grad_() + (x.round() - x).detach()
            """,
            "the result should not either",
            "round_straight_through-forward",
            "round_straight_through-gradient",
        ),
    ),
)


def cube(
    forward: str, backward: str, head: str = "class ScaledCube(torch.autograd.Function):"
) -> str:
    """A class with these two methods, each given as its lines."""
    lines = [head]
    for name, arguments, body in [
        ("forward", "ctx, x, c", forward),
        ("backward", "ctx, g", backward),
    ]:
        lines += ["    @staticmethod", f"    def {name}({arguments}):"]
        lines += [f"        {line.strip()}" for line in body.split(";")]
    return "\n".join(lines) + "\n"


SAVE = "ctx.save_for_backward(x); ctx.c = c; return c * x**3"
LOAD = "(x,) = ctx.saved_tensors; "

SCALED_CUBE = Answers(
    right=(
        cube(SAVE, LOAD + "return g * (3 * ctx.c) * x * x, None"),
        code("""
            class ScaledCube(torch.autograd.Function):
                @staticmethod
                def forward(x, c):
                    return c * x * x * x

                @staticmethod
                def setup_context(ctx, inputs, output):
                    x, ctx.c = inputs
                    ctx.save_for_backward(x)

                @staticmethod
                def backward(ctx, g):
                    (x,) = ctx.saved_tensors
                    return 3 * ctx.c * x.square() * g, None
        """),
        cube(
            "ctx.save_for_backward(x, torch.tensor(c, dtype=x.dtype)); return x.pow(3).mul(c)",
            "x, c = ctx.saved_tensors; return torch.mul(g, 3 * c * x.pow(2)), None",
        ),
        cube(
            SAVE,
            LOAD
            + "need = ctx.needs_input_grad[0]; return (g * 3 * ctx.c * x**2 if need else None), None",
        ),
        code("""
            class ScaledCube(torch.autograd.Function):
                factor = 3

                @classmethod
                def local(cls, x, c):
                    return cls.factor * c * x**2

                @staticmethod
                def forward(ctx, *inputs):
                    x, c = inputs
                    ctx.c = c
                    ctx.save_for_backward(x)
                    return torch.einsum("...,...,...->...", x, x, x) * c

                @staticmethod
                def backward(ctx, *upstream):
                    x = ctx.saved_tensors[0]
                    return upstream[0] * ScaledCube.local(x, ctx.c), None
        """),
        code("""
            class Base(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x, c):
                    ctx.save_for_backward(x)
                    ctx.c = c
                    return c * x**3

            class ScaledCube(Base):
                @staticmethod
                def backward(ctx, g):
                    x, = ctx.saved_tensors
                    grad = g.clone()
                    grad = grad * x * x
                    return [grad * 3 * ctx.c, None][0], None
        """),
    ),
    wrong=(
        wrong(
            cube(
                "y = c * x**3; ctx.save_for_backward(x, y); return y",
                "x, y = ctx.saved_tensors; return g * 3 * y / x, None",
            ),
            "do not divide by x",
            "ScaledCube-forward",
            "ScaledCube-gradcheck",
            "ScaledCube-safe",
        ),
        wrong(
            cube(SAVE, LOAD + "return 3 * ctx.c * x**2, None"),
            "multiply by the incoming gradient g",
            "ScaledCube-forward",
            "ScaledCube-safe",
        ),
        wrong(
            cube("ctx.x = x; ctx.c = c; return c * x**3", "return g * 3 * ctx.c * ctx.x**2, None"),
            "hand x itself to ctx.save_for_backward",
            "ScaledCube-forward",
            "ScaledCube-gradient",
            "ScaledCube-gradcheck",
        ),
        wrong(
            cube(
                "ctx.save_for_backward(x.detach().clone()); ctx.c = c; return c * x**3",
                LOAD + "return (g * 3 * ctx.c * x**2).detach(), None",
            ),
            "the second derivative",
            "ScaledCube-forward",
            "ScaledCube-gradient",
        ),
        wrong(
            cube(SAVE, LOAD + "return (g * 3 * ctx.c * x**2).detach(), None"),
            "the second derivative",
            "ScaledCube-forward",
            "ScaledCube-gradient",
            "ScaledCube-safe",
        ),
        wrong(
            cube(SAVE, LOAD + "return g * 3 * ctx.c * x**2"),
            "one entry for each input of forward",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return g * 3 * x**2, None"),
            "the factor c is in the derivative too",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return g * ctx.c * x**2, None"),
            "the exponent 3 comes down",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return g * ctx.c * x**3, None"),
            "that is the value times g",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return g + 3 * ctx.c * x**2, None"),
            "are multiplied, not added",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return None, g * 3 * ctx.c * x**2"),
            "then None for c",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return (g * 3 * ctx.c * x**2).sum(), None"),
            "has the shape of x",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, "x = ctx.saved_tensors; return g * 3 * ctx.c * x**2, None"),
            "ctx.saved_tensors is a tuple",
            "ScaledCube-forward",
        ),
        wrong(
            cube(
                "ctx.save_for_backward(x, c); return c * x**3",
                "x, c = ctx.saved_tensors; return g * 3 * c * x**2, None",
            ),
            "save_for_backward is for tensors",
            "ScaledCube-forward",
        ),
        wrong(
            cube(SAVE, LOAD + "return g * 3 * ctx.c * x**2, None", "class ScaledCube:"),
            "inherits from torch.autograd.Function",
        ),
        wrong(
            """
            class ScaledCube(torch.autograd.Function):
                def forward(self, x, c):
                    self.x, self.c = x, c
                    return c * x**3

                def backward(self, g):
                    return g * 3 * self.c * self.x**2, None
            """,
            "hand x itself to ctx.save_for_backward",
            "ScaledCube-forward",
            "ScaledCube-gradient",
            "ScaledCube-gradcheck",
        ),
        wrong(
            cube(
                "ctx.save_for_backward(x); ctx.c = c; return (c * x) ** 3",
                LOAD + "return g * 3 * ctx.c**3 * x**2, None",
            ),
            "it is not cubed itself",
        ),
        wrong(
            """
            class ScaledCube(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x, c):
                    ScaledCube.c = c
                    ctx.save_for_backward(x)
                    return c * x**3

                @staticmethod
                def backward(ctx, g):
                    (x,) = ctx.saved_tensors
                    return g * 3 * ScaledCube.c * x**2, None
            """,
            "ctx belongs to one call",
            "ScaledCube-forward",
            "ScaledCube-gradient",
            "ScaledCube-gradcheck",
        ),
        wrong(
            """
            class ScaledCube(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x, c):
                    ctx.save_for_backward(x)
                    ctx.c = c
                    return c * x**3

                @staticmethod
                @torch.autograd.function.once_differentiable
                def backward(ctx, g):
                    (x,) = ctx.saved_tensors
                    return g * 3 * ctx.c * x**2, None
            """,
            "write backward in torch operations",
            "ScaledCube-forward",
            "ScaledCube-gradient",
            "ScaledCube-safe",
        ),
    ),
)

# A small engine in its usual form: each operation leaves a closure that passes the gradient on.
CLOSURES = """
class Value:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.pass_on = lambda g: None
        self.arrived = 0.0

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        out = Value(self.data + other.data, (self, other))
        def pass_on(g):
            self.arrived += g
            other.arrived += g
        out.pass_on = pass_on
        return out

    def __mul__(self, other):
        other = self.lift(other)
        out = Value(self.data * other.data, (self, other))
        def pass_on(g):
            self.arrived += g * other.data
            other.arrived += g * self.data
        out.pass_on = pass_on
        return out

    def __pow__(self, k):
        out = Value(self.data**k, (self,))
        def pass_on(g):
            self.arrived += g * k * self.data ** (k - 1)
        out.pass_on = pass_on
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))
        def pass_on(g):
            self.arrived += g * (1 - t**2)
        out.pass_on = pass_on
        return out

    def __sub__(self, other):
        return self + self.lift(other) * -1

    def __rsub__(self, other):
        return self * -1 + other

    __radd__ = __add__
    __rmul__ = __mul__

    def topological(self):
        # Depth first with a stack of iterators.
        order, seen, stack = [], {id(self)}, [(self, iter(self.children))]
        while stack:
            node, rest = stack[-1]
            for child in rest:
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, iter(child.children)))
                    break
            else:
                order.append(node)
                stack.pop()
        return order[::-1]

    def backward(self):
        order = self.topological()
        for node in order:
            node.arrived = 0.0
        self.arrived = 1.0
        for node in order:
            node.grad += node.arrived
            node.pass_on(node.arrived)
"""

# Everything with one kind of edge: (parent, local derivative), and a number for each birth.
BIRTHS = """
import heapq, itertools

class Value:
    births = itertools.count()

    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, list(edges)
        self.birth = next(Value.births)

    def __add__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        return Value(self.data + o.data, [(self, 1), (o, 1)])

    __radd__ = __add__

    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        return Value(self.data * o.data, [(self, o.data), (o, self.data)])

    __rmul__ = __mul__

    def __neg__(self):
        return Value(-self.data, [(self, -1)])

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __pow__(self, k):
        return Value(self.data**k, [(self, k * self.data ** (k - 1))])

    def tanh(self):
        return Value(math.tanh(self.data), [(self, 1 / math.cosh(self.data) ** 2)])

    def backward(self):
        # Nobody is younger than what was made from it: always serve the youngest.
        waiting, flow = [(-self.birth, self)], {self.birth: 1.0}
        while waiting:
            _, node = heapq.heappop(waiting)
            g = flow[node.birth]
            node.grad += g
            for parent, local in node.edges:
                if parent.birth not in flow:
                    flow[parent.birth] = 0.0
                    heapq.heappush(waiting, (-parent.birth, parent))
                flow[parent.birth] += g * local
"""


def engine(text: str, *changes: tuple[str, str]) -> str:
    """A known engine with pieces replaced; each must be there."""
    for old, new in changes:
        if old not in text:
            msg = f"{old!r} is not in the engine"
            raise ValueError(msg)
        text = text.replace(old, new)
    return text.lstrip()


BACKWARD = CLOSURES[CLOSURES.index("    def topological") :]
PLUS = CLOSURES[
    CLOSURES.index("        other = self.lift(other)") : CLOSURES.index("\n    def __mul__")
]
SORTED = BACKWARD[BACKWARD.index("\n        # Depth") : BACKWARD.index("\n    def backward")]


# The best-known form: what arrives is added to .grad at once.
MICRO = engine(
    CLOSURES,
    (".arrived += g", ".grad += g"),
    (
        BACKWARD[BACKWARD.index("        for node in order:\n            node.arrived") :],
        "        self.grad = 1.0\n        for node in order:\n            node.pass_on(node.grad)\n",
    ),
)


def with_backward(text: str) -> str:
    """The usual engine with another way back: its source, indented as a method."""
    return engine(CLOSURES, (BACKWARD, text.lstrip("\n")))


VALUE = Answers(
    right=(
        engine(CLOSURES),
        engine(BIRTHS),
        # A Value is a number itself.
        engine(
            BIRTHS,
            ("class Value:", "class Value(float):"),
            (
                "    def __init__(self, data, edges=()):",
                (
                    "    def __new__(cls, data, edges=()):\n        return float.__new__(cls, data)\n\n"
                    "    def __init__(self, data, edges=()):"
                ),
            ),
            (
                "self.data, self.grad, self.edges = data,",
                "self.data, self.grad, self.edges = float(data),",
            ),
        ),
        # Served when the last user has sent: users are counted first.
        with_backward("""
    def backward(self):
        users, stack, nodes = {id(self): 0}, [self], []
        while stack:
            node = stack.pop()
            nodes.append(node)
            node.arrived = 0.0
            for child in node.children:
                if id(child) not in users:
                    users[id(child)] = 0
                    stack.append(child)
                users[id(child)] += 1
        self.arrived, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            node.grad += node.arrived
            node.pass_on(node.arrived)
            for child in node.children:
                users[id(child)] -= 1
                if users[id(child)] == 0:
                    ready.append(child)
"""),
        # One tape for all: what was made last is served first.
        code("""
            TAPE = []

            class Value:
                def __init__(self, data):
                    self.data = float(data)
                    self.grad = 0.0

                def made(self, data, *sources):
                    out = Value(data)
                    TAPE.append((out, sources))
                    return out

                def __add__(self, other):
                    if not isinstance(other, Value):
                        return self.made(self.data + other, (self, 1.0))
                    return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

                def __sub__(self, other):
                    if not isinstance(other, Value):
                        return self.made(self.data - other, (self, 1.0))
                    return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

                def __mul__(self, other):
                    if not isinstance(other, Value):
                        return self.made(self.data * other, (self, other))
                    return self.made(self.data * other.data, (self, other.data), (other, self.data))

                def __radd__(self, number):
                    return self.made(number + self.data, (self, 1.0))

                def __rsub__(self, number):
                    return self.made(number - self.data, (self, -1.0))

                def __rmul__(self, number):
                    return self.made(number * self.data, (self, number))

                def __pow__(self, k):
                    return self.made(self.data**k, (self, k * self.data ** (k - 1)))

                def tanh(self):
                    t = math.tanh(self.data)
                    return self.made(t, (self, 1 - t * t))

                def backward(self):
                    flow = {self: 1.0}
                    for out, sources in reversed(TAPE):
                        if out in flow:
                            g = flow.pop(out)
                            out.grad += g
                            for source, local in sources:
                                flow[source] = flow.get(source, 0.0) + g * local
                    for leaf, g in flow.items():
                        leaf.grad += g
        """),
        # Intermediate nodes begin again at 0 with each call; leaves keep what they have.
        engine(
            CLOSURES,
            ("        self.arrived = 0.0\n", ""),
            (".arrived += g", ".grad += g"),
            (
                BACKWARD[BACKWARD.index("        for node in order:\n            node.arrived") :],
                (
                    "        for node in order:\n            if node.children:\n"
                    "                node.grad = 0.0\n        self.grad += 1.0\n"
                    "        for node in order:\n            node.pass_on(node.grad)\n"
                ),
            ),
        ),
        # Data in a data class, operations in subclasses.
        code("""
            from dataclasses import dataclass, field

            @dataclass(eq=False)
            class Value:
                data: float
                grad: float = 0.0
                sources: tuple = ()
                depth: int = 0

                @staticmethod
                def of(data, *sources):
                    return Value(data, 0.0, sources, 1 + max(s.depth for s, _ in sources))

                @staticmethod
                def lift(other):
                    return other if isinstance(other, Value) else Value(other)

                def __add__(a, b):
                    b = Value.lift(b)
                    return Value.of(a.data + b.data, (a, 1.0), (b, 1.0))

                def __sub__(a, b):
                    return a + Value.lift(b) * -1.0

                def __mul__(a, b):
                    b = Value.lift(b)
                    return Value.of(a.data * b.data, (a, b.data), (b, a.data))

                def __radd__(a, b):
                    return Value.lift(b) + a

                def __rsub__(a, b):
                    return Value.lift(b) - a

                def __rmul__(a, b):
                    return Value.lift(b) * a

                def __pow__(a, k):
                    return Value.of(a.data**k, (a, k * a.data ** (k - 1)))

                def tanh(a):
                    return Value.of(np.tanh(a.data), (a, 1 - np.tanh(a.data) ** 2))

                def backward(a):
                    # Layer by layer: a node lies deeper than all that it was made from.
                    layers, flow = {}, {}

                    def send(node, g):
                        if node not in flow:
                            flow[node] = 0.0
                            layers.setdefault(node.depth, []).append(node)
                        flow[node] += g

                    send(a, 1.0)
                    for depth in range(a.depth, -1, -1):
                        for node in layers.get(depth, ()):
                            node.grad += flow[node]
                            for source, local in node.sources:
                                send(source, flow[node] * local)
        """),
    ),
    wrong=(
        wrong(
            engine(MICRO, (".grad += g", ".grad = g")),
            "x is both operands here",
            "Value-construct",
            "Value-forward",
            "Value-replay",
        ),
        # Breadth first from the result.
        wrong(
            engine(
                MICRO,
                (
                    SORTED,
                    """
        queue, order, seen = [self], [], {id(self)}
        while queue:
            node = queue.pop(0)
            order.append(node)
            for child in node.children:
                if id(child) not in seen:
                    seen.add(id(child))
                    queue.append(child)
        return order
""",
                ),
            ),
            "serve the nodes in reverse topological order",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-size",
        ),
        # Depth first, in the order of arrival.
        wrong(
            engine(
                MICRO,
                (
                    SORTED,
                    """
        order, seen, stack = [], set(), [self]
        while stack:
            node = stack.pop()
            if id(node) not in seen:
                seen.add(id(node))
                order.append(node)
                stack.extend(node.children)
        return order
""",
                ),
            ),
            "serve the nodes in reverse topological order",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-size",
        ),
        # The order is right, but it begins with the leaves.
        wrong(
            engine(CLOSURES, ("return order[::-1]", "return order")),
            "is the result served first?",
            "Value-construct",
            "Value-forward",
        ),
        wrong(
            engine(CLOSURES, ("g * k * self.data ** (k - 1)", "k * self.data ** (k - 1)")),
            "in 2 * a ** 3 something else than 1 arrives",
            "Value-construct",
            "Value-forward",
            "Value-order",
            "Value-accumulate",
            "Value-size",
        ),
        wrong(
            engine(CLOSURES, ("g * (1 - t**2)", "1 - t**2")),
            "in 4 * b.tanh() something else than 1 arrives",
            "Value-construct",
            "Value-forward",
            "Value-fanout",
            "Value-accumulate",
            "Value-size",
        ),
        # The usual recursive walk: right, but not for long chains.
        wrong(
            with_backward("""
    def backward(self):
        order, seen = [], set()
        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for child in node.children:
                    visit(child)
                order.append(node)
        visit(self)
        for node in order:
            node.arrived = 0.0
        self.arrived = 1.0
        for node in reversed(order):
            node.grad += node.arrived
            node.pass_on(node.arrived)
"""),
            "deeper than Python may call",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-order",
            "Value-accumulate",
            "Value-random",
        ),
        wrong(
            with_backward("""
    def backward(self):
        import sys
        sys.setrecursionlimit(50_000)
        order, seen = [], set()
        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for child in node.children:
                    visit(child)
                order.append(node)
        visit(self)
        for node in order:
            node.arrived = 0.0
        self.arrived = 1.0
        for node in reversed(order):
            node.grad += node.arrived
            node.pass_on(node.arrived)
"""),
            "a higher limit only moves the wall",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-order",
            "Value-accumulate",
            "Value-random",
        ),
        # Each path is walked by itself.
        wrong(
            engine(
                BIRTHS,
                (
                    BIRTHS[BIRTHS.index("        # Nobody is younger") :],
                    (
                        "        stack = [(self, 1.0)]\n        while stack:\n"
                        "            node, g = stack.pop()\n            node.grad += g\n"
                        "            stack.extend((parent, g * local) for parent, local in node.edges)\n"
                    ),
                ),
            ),
            "visit each node once, not each path",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-order",
            "Value-accumulate",
            "Value-random",
        ),
        # The common engine: what arrived in an earlier call is sent back again.
        wrong(
            MICRO,
            "a node in between handed on what the first call had left there too",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-order",
            "Value-random",
            "Value-size",
        ),
        # Every gradient begins at 0 with each call, the leaves' too.
        wrong(
            engine(
                CLOSURES,
                ("            node.grad += node.arrived", "            node.grad = node.arrived"),
            ),
            "here only the second is left",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-order",
            "Value-random",
            "Value-size",
        ),
        wrong(
            engine(CLOSURES, ("    __radd__ = __add__\n    __rmul__ = __mul__\n", "")),
            "Python then asks the Value on the right for its reflected method",
            "Value-construct",
            "Value-fanout",
            "Value-order",
            "Value-accumulate",
        ),
        wrong(
            engine(
                CLOSURES, ("        return self * -1 + other\n", "        return self - other\n")
            ),
            "that is a − 4",
            "Value-construct",
            "Value-fanout",
            "Value-order",
            "Value-accumulate",
            "Value-size",
        ),
        wrong(
            engine(
                CLOSURES,
                (
                    "        return other if isinstance(other, Value) else Value(other)\n",
                    "        return other\n",
                ),
            ),
            "wrap it into a Value first",
            "Value-construct",
        ),
        # The operands in a set: x * x has only one.
        wrong(
            engine(
                BIRTHS,
                (
                    "        self.data, self.grad, self.edges = data, 0.0, list(edges)\n",
                    "        self.data, self.grad, self.edges = data, 0.0, list(dict(edges).items())\n",
                ),
            ),
            "x is both operands here",
            "Value-construct",
            "Value-forward",
            "Value-replay",
        ),
        wrong(
            engine(CLOSURES, ("        self.arrived = 1.0\n", "")),
            "backward begins with 1.0 at the result itself",
            "Value-construct",
            "Value-forward",
        ),
        wrong(
            engine(CLOSURES, ("        self.grad = 0.0\n", "        self.grad = None\n")),
            "it should begin at 0.0",
            "Value-forward",
        ),
        wrong(
            engine(CLOSURES, (PLUS, "        return self.data + self.lift(other).data\n")),
            "it should be a Value, which remembers",
            "Value-construct",
        ),
        wrong(
            engine(CLOSURES, ("other.arrived += g * self.data", "other.arrived += g * other.data")),
            "for a * b at a = −3",
            "Value-construct",
            "Value-forward",
            "Value-size",
        ),
        # The rule for tanh, with the number that went in instead of the one that came out.
        wrong(
            engine(CLOSURES, ("1 - t**2", "1 - self.data**2")),
            "for b.tanh() at a = −3",
            "Value-construct",
            "Value-forward",
            "Value-fanout",
            "Value-accumulate",
            "Value-size",
        ),
        # Only leaves keep a gradient.
        wrong(
            engine(
                CLOSURES,
                (
                    "            node.grad += node.arrived\n",
                    "            if not node.children:\n                node.grad += node.arrived\n",
                ),
            ),
            "the result's own gradient is 1.0",
            "Value-construct",
            "Value-forward",
            "Value-fanout",
            "Value-accumulate",
            "Value-size",
        ),
        # Arithmetic that overwrites its operand.
        wrong(
            engine(
                CLOSURES,
                (PLUS, "        self.data += self.lift(other).data\n        return self\n"),
            ),
            "a + b changed an operand",
            "Value-construct",
            "Value-accumulate",
        ),
        # Forward mode: each number carries its slopes along every leaf.
        wrong(
            """
            class Value:
                def __init__(self, data, slopes=None):
                    self.data, self.grad = data, 0.0
                    self.slopes = {self: 1.0} if slopes is None else slopes

                def made(self, data, *terms):
                    slopes = {}
                    for value, local in terms:
                        for leaf, slope in value.slopes.items():
                            slopes[leaf] = slopes.get(leaf, 0.0) + local * slope
                    return Value(data, slopes)

                def lift(self, other):
                    return other if isinstance(other, Value) else Value(other, {})

                def __add__(self, other):
                    other = self.lift(other)
                    return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

                def __sub__(self, other):
                    other = self.lift(other)
                    return self.made(self.data - other.data, (self, 1.0), (other, -1.0))

                def __rsub__(self, other):
                    return self.lift(other) - self

                def __mul__(self, other):
                    other = self.lift(other)
                    return self.made(self.data * other.data, (self, other.data), (other, self.data))

                __radd__, __rmul__ = __add__, __mul__

                def __pow__(self, k):
                    return self.made(self.data**k, (self, k * self.data ** (k - 1)))

                def tanh(self):
                    t = math.tanh(self.data)
                    return self.made(t, (self, 1 - t * t))

                def backward(self):
                    if self not in self.slopes:
                        self.grad += 1.0
                    for leaf, slope in self.slopes.items():
                        leaf.grad += slope
            """,
            "the gradients of x and y",
            "Value-construct",
            "Value-forward",
            "Value-replay",
            "Value-fanout",
            "Value-accumulate",
            "Value-size",
        ),
        # Autograd itself in disguise.
        wrong(
            """
            class Value:
                def __init__(self, data, inner=None):
                    self.inner = torch.tensor(float(data), dtype=torch.float64, requires_grad=True) if inner is None else inner
                    if inner is not None:
                        inner.retain_grad()

                data = property(lambda self: self.inner.item())
                grad = property(lambda self: 0.0 if self.inner.grad is None else self.inner.grad.item())
                of = staticmethod(lambda v: v.inner if isinstance(v, Value) else v)

                def __add__(self, other):
                    return Value(0, self.inner + self.of(other))

                def __sub__(self, other):
                    return Value(0, self.inner - self.of(other))

                def __rsub__(self, other):
                    return Value(0, other - self.inner)

                def __mul__(self, other):
                    return Value(0, self.inner * self.of(other))

                __radd__, __rmul__ = __add__, __mul__

                def __pow__(self, k):
                    return Value(0, self.inner**k)

                def tanh(self):
                    return Value(0, self.inner.tanh())

                def backward(self):
                    self.inner.backward(retain_graph=True)
            """,
            "it cannot use torch's",
        ),
        wrong(
            """
            class Value:
                data = 0.0
                grad = 0.0

                def __init__(self, data):
                    Value.data = data
            """,
            "what one Value holds shows in another",
        ),
    ),
)

ANSWERS = {
    "gradient_at": GRADIENT_AT,
    "numerical_gradient": NUMERICAL_GRADIENT,
    "poly_derivative": POLY_DERIVATIVE,
    "predict_gradients": PREDICT_GRADIENTS,
    "batch_gradients": BATCH_GRADIENTS,
    "accumulated_gradient": ACCUMULATED_GRADIENT,
    "second_derivative": SECOND_DERIVATIVE,
    "jacobian_rows": JACOBIAN_ROWS,
    "sgd_step": SGD_STEP,
    "round_straight_through": ROUND_STRAIGHT_THROUGH,
    "ScaledCube": SCALED_CUBE,
    "Value": VALUE,
}
