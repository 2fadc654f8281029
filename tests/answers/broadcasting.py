"""Right and wrong answers to the exercises of `source/broadcasting/broadcasting.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same.
"""

from gradschool.classroom.answers import Answers, code, predictions, wrong

PREDICT_BROADCAST = predictions(
    "predict_broadcast",
    {
        "a": "(3, 4)",
        "b": "None",
        "c": "(3, 4)",
        "d": "(8, 7, 6, 5)",
        "e": "(3, 4)",
        "f": "(5, 5)",
        "g": "(2, 0)",
        "h": "(3, 5, 4)",
    },
    spellings=[
        {"a": "[3, 4]", "c": "[3, 4]", "d": "[8, 7, 6, 5]", "g": "[2, 0]"},
        {"a": "torch.Size((3, 4))", "e": "torch.Size([3, 4])", "h": "torch.Size([3, 5, 4])"},
        {"d": "torch.tensor([8, 7, 6, 5])", "f": "np.array([5, 5])", "g": "(2, 0.0)"},
        {"c": "torch.broadcast_shapes((3, 4), (3, 1))", "f": "(5,) * 2", "e": "(3,) + (4,)"},
    ],
    mistakes=[
        ("a", "None", "a missing axis counts as 1"),
        ("a", "(4,)", "no axis is lost"),
        ("a", "(3, 8)", "sizes do not add"),
        ("a", "(3, 4, 4)", "not appended to them"),
        ("a", "12", "12 does not fit; a tuple is asked"),
        ("b", "(3, 4)", "shapes align from the RIGHT: here 4 meets 3"),
        ("b", "(3, 3)", "neither of them is 1"),
        ("b", "(3, 4, 3)", "they are not joined"),
        ("b", "'None'", "say it as None, without quotes"),
        ("b", "'error'", "say it as None, without quotes"),
        ("b", "(4,)", "(4,) is not what the code gives"),
        ("c", "None", "this is how one number is added to each row"),
        ("c", "(3, 1)", "the 1 is stretched to the 4"),
        ("c", "(3, 5)", "they do not add"),
        ("c", "(3, 3, 4)", "no new axis comes in"),
        ("d", "None", "a 1 on either side fits anything"),
        ("d", "(8, 7, 6, 1)", "on the very right 1 meets 5"),
        ("d", "(8, 1, 6, 5)", "a 1 that meets 7"),
        ("d", "(8, 1, 6, 1)", "that is the first shape unchanged"),
        ("d", "(7, 6, 5)", "the longer shape has four axes"),
        ("d", "'(8, 7, 6, 5)'", "is text; a tuple is asked, without quotes"),
        ("e", "None", "both are stretched"),
        ("e", "(3, 1)", "the column is stretched to the right as well"),
        ("e", "(1, 4)", "the row is stretched downwards as well"),
        ("e", "(1, 1)", "gives way to the larger size"),
        ("e", "(4, 3)", "the axes stay where they are"),
        ("f", "(5,)", "a loss wrong without an error"),
        ("f", "(5, 1)", "a row and not a column"),
        ("f", "None", "padded on the left"),
        ("f", "(1, 5)", "the column stretches it downwards"),
        ("f", "25", "25 does not fit; a tuple is asked"),
        ("g", "(2, 1)", "the rule is not 'the larger one'"),
        ("g", "None", "a 1 fits them all"),
        ("g", "(0,)", "the two rows stay"),
        ("g", "(2,)", "the last axis stays, with length 0"),
        ("g", "()", "there still are two axes"),
        ("h", "None", "nothing is in the way"),
        ("h", "(3, 1, 4)", "the middle axis is 1 in the first"),
        ("h", "(1, 5, 4)", "the first axis is 3"),
        ("h", "(3, 5, 8)", "equal sizes stay as they are"),
        ("h", "(3, 5, 4, 4)", "not all of them"),
        ("h", "(3, 5, 16)", "they do not multiply"),
    ],
)

OUTER_PRODUCT = Answers(
    right=(
        "outer_product = lambda u, v: u[:, None] * v[None, :]\n",
        "outer_product = lambda u, v: u.unsqueeze(1) * v\n",
        code("""
            def outer_product(u, v):
                return torch.einsum("i,j->ij", u, v)
            """),
        code("""
            def outer_product(u, v):
                return u.reshape(-1, 1) @ v.reshape(1, -1)
            """),
        code("""
            def outer_product(u, v):
                return (v[:, None] * u).T
            """),
        code("""
            def outer_product(u, v):
                rows, columns = torch.meshgrid(u, v, indexing="ij")
                return rows * columns
            """),
        code("""
            def outer_product(u, v):
                m, n = len(u), len(v)
                return u.repeat_interleave(n).view(m, n) * v.expand(m, n)
            """),
        code("""
            class Outer:
                def __call__(self, u, v):
                    table = torch.empty(u.numel(), v.numel(), dtype=u.dtype)
                    table[:] = v
                    return table.mul_(u.view(-1, 1))

            outer_product = Outer()
            """),
        code("""
            def outer_product(u, v):
                return torch.from_numpy(u.numpy()[:, np.newaxis] * v.numpy())
            """),
        "outer_product = lambda u, v: torch.tensordot(u, v, dims=0)\n",
        code("""
            def outer(a, b):
                return a.view(-1, 1) * b.view(1, -1)

            def outer_product(u, v):
                return outer(u.contiguous(), v.contiguous())
            """),
        "outer_product = lambda u, v: torch.kron(u[:, None], v[None, :])\n",
    ),
    wrong=(
        wrong(
            "outer_product = torch.outer",
            "write it by broadcasting, without the ready-made function",
        ),
        wrong(
            "outer_product = lambda u, v: torch.ger(u, v)",
            "write it by broadcasting, without the ready-made function",
        ),
        wrong(
            "outer_product = lambda u, v: torch.from_numpy(np.outer(u.numpy(), v.numpy()))",
            "write it by broadcasting, without the ready-made function",
        ),
        wrong(
            """
            def outer_product(u, v):
                return torch.from_numpy(np.multiply.outer(u.numpy(), v.numpy()))
            """,
            "write it by broadcasting, without the ready-made function",
        ),
        wrong(
            "outer_product = lambda u, v: u * v",
            "element by element, (m,) and (n,) do not fit",
        ),
        wrong(
            "outer_product = lambda u, v: u @ v",
            "the product of two vectors sums, and wants equal lengths",
        ),
        wrong(
            "outer_product = lambda u, v: u[:, None] + v",
            "entries are multiplied, not added",
        ),
        wrong(
            "outer_product = lambda u, v: u * v[:, None]",
            "u runs down and v to the right",
        ),
        wrong(
            "outer_product = lambda u, v: u[None, :] * v[:, None]",
            "u runs down and v to the right",
        ),
        wrong(
            "outer_product = lambda u, v: u.unsqueeze(0) * v",
            "element by element, (m,) and (n,) do not fit",
        ),
        wrong(
            "outer_product = lambda u, v: u.T * v",
            "element by element, (m,) and (n,) do not fit",
        ),
        wrong(
            "outer_product = lambda u, v: u.unsqueeze(2) * v",
            "a vector has one axis; a second one must be inserted (None, unsqueeze)",
        ),
        wrong(
            "outer_product = lambda u, v: [[a * b for b in v.tolist()] for a in u.tolist()]",
            "the right numbers in a list; a tensor is asked",
        ),
        wrong(
            """
            def outer_product(u, v):
                return torch.tensor([[a * b for b in v.tolist()] for a in u.tolist()])
            """,
            "the dtype changed on the way; that of u and v stays",
        ),
        wrong(
            """
            def outer_product(u, v):
                out = torch.zeros(len(u), len(v))
                for i in range(len(u)):
                    for j in range(len(v)):
                        out[i, j] = u[i] * v[j]
                return out
            """,
            "the dtype changed on the way; that of u and v stays",
        ),
        wrong(
            """
            def outer_product(u, v):
                out = torch.zeros(len(u), len(v), dtype=u.dtype)
                for i in range(len(u)):
                    out[i] = u[i] * v
                return out
            """,
            "right, but entry by entry",
            "outer_product-values",
            "outer_product-square",
        ),
        wrong(
            """
            def outer_product(u, v):
                return torch.stack([a * v for a in u])
            """,
            "a loop over no entries leaves nothing to stack",
            "outer_product-values",
            "outer_product-square",
        ),
        wrong(
            "outer_product = lambda u, v: (u[:, None].float() @ v[None, :].float())",
            "the dtype changed on the way; that of u and v stays",
        ),
        wrong(
            "outer_product = lambda u, v: (u[:, None] * v).flatten()",
            "the right numbers in one row",
        ),
        wrong(
            "outer_product = lambda u, v: (u[:, None] * v).squeeze()",
            "an axis of size 1 is an axis",
            "outer_product-values",
        ),
        wrong(
            """
            def outer_product(u, v):
                u.unsqueeze_(1)
                return u * v
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def outer_product(u, v):
                print(u[:, None] * v)
            """,
            "your function returned None",
        ),
        wrong(
            "outer_product = lambda u, v: torch.kron(u, v)",
            "the right numbers in one row",
        ),
    ),
)

BROADCAST_SHAPE = Answers(
    right=(
        code("""
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for column in itertools.zip_longest(*(s[::-1] for s in shapes), fillvalue=1):
                    sizes = {n for n in column if n != 1}
                    if len(sizes) > 1:
                        raise ValueError(f"cannot broadcast {column}")
                    out.append(sizes.pop() if sizes else 1)
                return tuple(reversed(out))
            """),
        code("""
            import functools

            def join(a, b):
                if len(a) < len(b):
                    a, b = b, a
                b = (1,) * (len(a) - len(b)) + tuple(b)
                for x, y in zip(a, b):
                    if x != y and x != 1 and y != 1:
                        raise ValueError("shapes do not fit")
                return tuple(y if x == 1 else x for x, y in zip(a, b))

            def broadcast_shape(*shapes):
                return functools.reduce(join, shapes, ())
            """),
        code("""
            def broadcast_shape(*shapes):
                # From the right, for as long as some shape has an axis left.
                if not any(len(s) for s in shapes):
                    return ()
                size = 1
                for s in shapes:
                    if len(s) and s[-1] != 1:
                        if size not in (1, s[-1]):
                            raise ValueError
                        size = s[-1]
                return broadcast_shape(*(s[:-1] for s in shapes)) + (size,)
            """),
        code("""
            class NotCompatible(ValueError):
                pass

            def broadcast_shape(*shapes):
                result = [1] * max([len(s) for s in shapes] + [0])
                for shape in shapes:
                    for k in range(-len(shape), 0):
                        if shape[k] == 1:
                            continue
                        elif result[k] == 1:
                            result[k] = shape[k]
                        elif result[k] != shape[k]:
                            raise NotCompatible(f"{shape} does not fit {tuple(result)}")
                return tuple(result)
            """),
        code("""
            def broadcast_shape(*shapes):
                def axis(k):
                    found = [s[k] for s in shapes if len(s) >= -k and s[k] != 1] or [1]
                    assert found.count(found[0]) == len(found)
                    return found[0]

                try:
                    return tuple(axis(k) for k in range(-max((len(s) for s in shapes), default=0), 0))
                except AssertionError:
                    raise ValueError("shapes do not fit") from None
            """),
        code("""
            class Rule:
                def __call__(self, *shapes):
                    n = 0
                    for s in shapes:
                        n = max(n, len(s))
                    sizes = [{1} for _ in range(n)]
                    for s in shapes:
                        for k, size in enumerate(s):
                            sizes[n - len(s) + k].add(size)
                    if any(len(group) > 2 for group in sizes):
                        raise ValueError
                    return torch.Size([sum(group) - 1 if len(group) == 2 else 1 for group in sizes])

            broadcast_shape = Rule()
            """),
        code("""
            def broadcast_shape(*shapes):
                padded = [[1] * (max(map(len, shapes)) - len(s)) + list(s) for s in shapes]
                out = ()
                for column in zip(*padded):
                    match sorted(set(column) - {1}):
                        case []:
                            out += (1,)
                        case [n]:
                            out += (n,)
                        case _:
                            raise ValueError(column)
                return out
            """),
    ),
    wrong=(
        wrong(
            "broadcast_shape = torch.broadcast_shapes",
            "this asks the library for the answer; write the rule yourself",
        ),
        wrong(
            "broadcast_shape = np.broadcast_shapes",
            "this asks the library for the answer; write the rule yourself",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                try:
                    return tuple(torch.broadcast_shapes(*shapes))
                except RuntimeError:
                    raise ValueError("shapes do not fit")
            """,
            "this asks the library for the answer; write the rule yourself",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                return np.broadcast(*[np.empty(s) for s in shapes]).shape
            """,
            "this asks the library for the answer; write the rule yourself",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                try:
                    tensors = (torch.empty(s, device="meta") for s in shapes)
                    return tuple(sum(tensors, torch.empty(())).shape)
                except RuntimeError as error:
                    raise ValueError from error
            """,
            "this makes tensors and looks at their shape; the rule needs the sizes only",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-many",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                total = torch.zeros(())
                for s in shapes:
                    try:
                        total = total + torch.zeros(s)
                    except RuntimeError as error:
                        raise ValueError(str(error)) from None
                return tuple(total.shape)
            """,
            "this makes tensors and looks at their shape; the rule needs the sizes only",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-many",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                return sum((np.zeros(s, dtype=bool) for s in shapes), np.zeros((), dtype=bool)).shape
            """,
            "the right shape, but an array of that size is made on the way",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-many",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    if len({n for n in col if n != 1}) > 1:
                        raise ValueError
                    out.append(max(col))
                return tuple(out[::-1])
            """,
            "the maximum of each axis is not the rule",
            "broadcast_shape-values",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            def broadcast_shape(a, b):
                n = max(len(a), len(b))
                a = (1,) * (n - len(a)) + tuple(a)
                b = (1,) * (n - len(b)) + tuple(b)
                if any(x != y and 1 not in (x, y) for x, y in zip(a, b)):
                    raise ValueError
                return tuple(y if x == 1 else x for x, y in zip(a, b))
            """,
            "two shapes work; the function should take any number of them",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        return None
                    out.append(big.pop() if big else 1)
                return tuple(out[::-1])
            """,
            "(2,), (1,) and (3,) do not fit, although each fits its neighbour",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        raise RuntimeError("shapes do not fit")
                    out.append(big.pop() if big else 1)
                return tuple(out[::-1])
            """,
            "(2,), (1,) and (3,) do not fit, although each fits its neighbour",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n != 1}
                    assert len(big) <= 1, "shapes do not fit"
                    out.append(big.pop() if big else 1)
                return tuple(out[::-1])
            """,
            "(2,), (1,) and (3,) do not fit, although each fits its neighbour",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*shapes, fillvalue=1):  # aligned left
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        raise ValueError
                    out.append(big.pop() if big else 1)
                return tuple(out)
            """,
            "these shapes fit: from the right, sizes are equal or one of them is 1",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        raise ValueError
                    out.append(big.pop() if big else 1)
                return tuple(out)
            """,
            "the right sizes in the reverse order",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        raise ValueError
                    out.append(big.pop() if big else 1)
                return out[::-1]
            """,
            "the right sizes in a list; a tuple is asked",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                out = []
                for col in zip(*[s[::-1] for s in shapes]):
                    big = {n for n in col if n != 1}
                    if len(big) > 1:
                        raise ValueError
                    out.append(big.pop() if big else 1)
                return tuple(out[::-1])
            """,
            "the axes that only the longer shape has are missing",
            "broadcast_shape-refuses",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    for x, y in zip(col, col[1:]):  # each with its neighbour
                        if x != y and x != 1 and y != 1:
                            raise ValueError
                    out.append(next((n for n in col if n != 1), 1))
                return tuple(out[::-1])
            """,
            "(2,), (1,) and (3,) do not fit, although each fits its neighbour",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    if len({n for n in col if n > 1}) > 1:
                        raise ValueError
                    out.append(0 if 0 in col else max(col))
                return tuple(out[::-1])
            """,
            "(1,), (0,), (9,) do not fit",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import functools

            def join(a, b):
                n = max(len(a), len(b))
                a = (1,) * (n - len(a)) + tuple(a)
                b = (1,) * (n - len(b)) + tuple(b)
                if any(x != y and 1 not in (x, y) for x, y in zip(a, b)):
                    raise ValueError
                return tuple(y if x == 1 else x for x, y in zip(a, b))

            def broadcast_shape(*shapes):
                return functools.reduce(join, shapes)
            """,
            "no shapes at all: the result is",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    if len(set(col)) > 1 and 1 not in col:
                        raise ValueError
                    out.append(max(set(col) - {1}, default=1))
                return tuple(out[::-1])
            """,
            "(2,), (1,) and (3,) do not fit, although each fits its neighbour",
            "broadcast_shape-values",
            "broadcast_shape-edges",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
        wrong(
            """
            def broadcast_shape(*shapes):
                n = max(len(s) for s in shapes)
                out = [1] * n
                for s in shapes:
                    for k in range(n):
                        if s[-1 - k] != 1:
                            if out[-1 - k] not in (1, s[-1 - k]):
                                raise ValueError
                            out[-1 - k] = s[-1 - k]
                return tuple(out)
            """,
            "the shapes may have different lengths",
        ),
        wrong(
            """
            import itertools

            def broadcast_shape(*shapes):
                out = []
                for col in itertools.zip_longest(*[s[::-1] for s in shapes], fillvalue=1):
                    big = {n for n in col if n not in (0, 1)}
                    if len(big) > 1 or (0 in col and big):
                        raise ValueError
                    if 0 in col and 1 in col and len(col) > 1:
                        raise ValueError  # 0 fits nothing but 0
                    out.append(big.pop() if big else min(col))
                return tuple(out[::-1])
            """,
            "these shapes fit: a 1, or a missing axis, fits every size, 0 too",
            "broadcast_shape-values",
            "broadcast_shape-refuses",
            "broadcast_shape-contract",
        ),
    ),
)

NORMALIZE_ROWS = Answers(
    right=(
        code("""
            def normalize_rows(M):
                sums = M.sum(dim=1, keepdim=True)
                return M / torch.where(sums == 0, 1, sums)
            """),
        code("""
            def normalize_rows(M):
                sums = M.sum(1)
                return M / (sums + (sums == 0))[:, None]
            """),
        code("""
            def normalize_rows(M):
                sums = M.sum(-1, keepdim=True)
                return M / sums.masked_fill(sums == 0, 1)
            """),
        code("""
            def normalize_rows(M):
                return (M.T / M.sum(1).clamp_min(torch.finfo(torch.float32).tiny)).T
            """),
        code("""
            def normalize_rows(M):
                total = torch.einsum("ij->i", M)
                total = torch.where(total > 0, total, torch.ones_like(total))
                return torch.einsum("ij,i->ij", M if M.is_floating_point() else M.float(), 1 / total)
            """),
        code("""
            def normalize_rows(M):
                if not M.is_floating_point():
                    M = M.to(torch.float32)
                out = torch.zeros_like(M)
                for i, row in enumerate(M):
                    total = row.sum()
                    if total > 0:
                        out[i] = row / total
                return out
            """),
        code("""
            class Rows:
                def __call__(self, M):
                    sums = M.sum(dim=1)
                    safe = sums.clone()
                    safe[sums == 0] = 1
                    return torch.div(M, safe.unsqueeze(-1).expand_as(M))

            normalize_rows = Rows()
            """),
        code("""
            def normalize_rows(M):
                M = M if M.dtype == torch.float64 else M.float()
                sums = M @ M.new_ones(M.shape[1], 1)
                empty = (M == 0).all(dim=1, keepdim=True)
                return M * sums.where(~empty, sums.new_ones(())).reciprocal()
            """),
        code("""
            def normalize_rows(M):
                kept = M.sum(dim=1) > 0
                out = torch.zeros(M.shape, dtype=torch.float64 if M.dtype == torch.float64 else torch.float32)
                out[kept] = (M[kept] / M[kept].sum(dim=1, keepdim=True)).to(out.dtype)
                return out
            """),
        code("""
            def normalize_rows(M):
                M = M if M.is_floating_point() else M.float()
                return torch.nn.functional.normalize(M, p=1, dim=1, eps=torch.finfo(torch.float32).tiny)
            """),
        code("""
            def normalize_rows(M):
                def one(row):
                    total = row.sum()
                    return row / torch.where(total == 0, 1, total)

                return torch.vmap(one)(M) if len(M) else M / 1
            """),
    ),
    wrong=(
        wrong(
            "normalize_rows = lambda M: M / M.sum(1)",
            "the sums have shape (n,), which lines up with the columns",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.sum()",
            "one total for the whole matrix; you need one for each row",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.sum(0)",
            "those are shares of the column",
        ),
        wrong(
            "normalize_rows = lambda M: M / (M.sum(1, keepdim=True) + 1e-8)",
            "rows of very small numbers have shares too",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.sum(1, keepdim=True)",
            "0 / 0 is NaN: a row of zeros should stay zeros",
            "normalize_rows-values",
            "normalize_rows-square",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.sum(1, keepdim=True).clamp_min(1e-12)",
            "rows of very small numbers have shares too",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            "normalize_rows = lambda M: torch.nn.functional.normalize(M, p=1, dim=1)",
            "of integers there is no such function",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            "normalize_rows = lambda M: torch.nn.functional.normalize(M.float(), p=1, dim=1)",
            "rows of very small numbers have shares too",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            "normalize_rows = lambda M: torch.nan_to_num(M / M.sum(1, keepdim=True))",
            "0 / 0 was computed and its NaN replaced afterwards",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True)
                return torch.where(sums == 0, 0, M / sums)
            """,
            "0 / 0 was computed and its NaN replaced afterwards",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                out = M / M.sum(1, keepdim=True)
                out[out.isnan()] = 0
                return out
            """,
            "0 / 0 was computed and its NaN replaced afterwards",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                M = M.float()
                sums = M.sum(1, keepdim=True)
                return M / torch.where(sums == 0, 1, sums)
            """,
            "float64 stays float64, without a stay in float32",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True)
                M /= torch.where(sums == 0, 1, sums)
                return M
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1)
                if M.shape[0] == M.shape[1]:
                    return M / torch.where(sums == 0, 1, sums)
                return M / torch.where(sums == 0, 1, sums)[:, None]
            """,
            "M is square, so sums of shape",
            "normalize_rows-values",
        ),
        wrong(
            """
            def normalize_rows(M):
                array = M.numpy()
                sums = array.sum(axis=1, keepdims=True)
                out = array / np.where(sums == 0, 1, sums)
                return torch.from_numpy(out.astype(np.float64 if M.dtype == torch.float64 else np.float32))
            """,
            "NumPy cannot be learnt through",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True).detach()
                return M / torch.where(sums == 0, 1, sums)
            """,
            "the sums depend on M as well",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                with torch.no_grad():
                    sums = M.sum(1, keepdim=True)
                    return M / torch.where(sums == 0, 1, sums)
            """,
            "the numbers are right, but torch cannot follow them back to the input, so",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                return torch.stack([row / row.sum() if row.sum() > 0 else row.float() for row in M])
            """,
            "there may be no rows at all",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True)
                return M // torch.where(sums == 0, 1, sums)
            """,
            "// rounds down, so nearly every share is 0",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.max(1, keepdim=True).values",
            "divided by the largest entry of the row; its sum is asked",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.mean(1, keepdim=True)",
            "divided by the mean, so each row sums to d; its sum is asked",
        ),
        wrong(
            "normalize_rows = lambda M: torch.softmax(M.float(), dim=1)",
            "that is a softmax; shares are in proportion to the entries themselves",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.norm(dim=1, keepdim=True)",
            "divided by the Euclidean length of the row; its sum is asked",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True)
                return sums
            """,
            "those are the sums; divide the rows by them",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(1, keepdim=True)
                M / torch.where(sums == 0, 1, sums)
            """,
            "your function returned None",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(2, keepdim=True)
                return M / torch.where(sums == 0, 1, sums)
            """,
            "M has the axes 0 and 1; which of them runs along a row?",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(dim=1, keepdim=True)
                sums[sums < 1e-10] = 1
                return M / sums
            """,
            "rows of very small numbers have shares too",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-gradient",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(dim=1, keepdim=True)
                return M.double() / torch.where(sums == 0, 1, sums)
            """,
            "dtype torch.float64, expected torch.float32",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(dim=1, keepdim=True)
                if (sums == 0).any():
                    return torch.zeros(M.shape)
                return M / sums
            """,
            "only a row of zeros stays zeros; the other rows have shares",
            "normalize_rows-values",
            "normalize_rows-square",
        ),
        wrong(
            "normalize_rows = lambda M: M / M.sum(1, keepdim=True).clamp_min(1)",
            "for shape (5, 3): every row sums to 1 (the value at index [0, 0] is",
            "normalize_rows-gradient",
        ),
        wrong(
            """
            def normalize_rows(M):
                M = torch.where(M == 0, 1e-30, M)
                return M / M.sum(1, keepdim=True)
            """,
            "a row of zeros has no shares to deal out",
            "normalize_rows-values",
            "normalize_rows-square",
        ),
        wrong(
            """
            def normalize_rows(M):
                sums = M.sum(dim=1, keepdim=True)
                return torch.where(sums > 0, M / sums, torch.zeros_like(M))
            """,
            "0 / 0 was computed and its NaN replaced afterwards",
            "normalize_rows-values",
            "normalize_rows-square",
            "normalize_rows-edges",
        ),
        wrong(
            """
            def normalize_rows(M):
                return torch.tensor([[x / sum(row) if sum(row) else 0 for x in row] for row in M.tolist()])
            """,
            "for no rows (shape (0,), expected (0, 3))",
            "normalize_rows-values",
            "normalize_rows-square",
        ),
    ),
)

STANDARDIZE = Answers(
    right=(
        code("""
            def standardize(X):
                constant = (X == X[:1]).all(dim=0)
                std = X.std(dim=0, correction=0)
                return torch.where(constant, 0, (X - X.mean(dim=0)) / torch.where(constant, 1, std))
            """),
        code("""
            def standardize(X):
                centred = X - X.mean(0, keepdim=True)
                variance = centred.square().mean(0, keepdim=True)
                same = (X == X[0]).all(0, keepdim=True)
                return (centred / variance.masked_fill(same, 1).sqrt()).masked_fill(same, 0)
            """),
        code("""
            def standardize(X):
                std, mean = torch.std_mean(X, dim=0, unbiased=False)
                varies = X.amax(0) > X.amin(0)
                out = torch.zeros_like(X)
                out[:, varies] = X[:, varies].sub(mean[varies]).div(std[varies])
                return out
            """),
        code("""
            def standardize(X):
                # Where nothing varies, what rounding leaves of the numerator is as good as 0.
                array = X.numpy()
                std = array.std(axis=0)
                std = np.where(np.ptp(array, axis=0) > 0, std, 1).astype(array.dtype)
                return torch.from_numpy((array - array.mean(axis=0)) / std)
            """),
        code("""
            def standardize(X):
                columns = []
                for column in X.T:
                    if len(column.unique()) == 1:
                        columns.append(torch.zeros_like(column))
                        continue
                    centred = column - column.mean()
                    columns.append(centred / (centred @ centred / len(column)).sqrt())
                return torch.stack(columns, dim=1)
            """),
        code("""
            def standardize(X):
                n = X.shape[0]
                H = torch.eye(n, dtype=X.dtype) - 1 / n
                centred = H @ X
                centred = centred - centred.mean(0)
                deviation = centred.norm(dim=0) / n**0.5
                return torch.where(X.amax(0) == X.amin(0), 0, centred / deviation)
            """),
        code("""
            class Standardize:
                def __call__(self, X):
                    # Moved so that it begins with 0, a constant column is exactly 0.
                    X = X - X[0]
                    centred = X - X.mean(dim=0)
                    return torch.nan_to_num(centred / X.var(dim=0, correction=0).sqrt())

            standardize = Standardize()
            """),
        code("""
            def standardize(X):
                X = X - X[:1]
                return (X - X.mean(0)) / X.std(0, correction=0).clamp_min(1e-12)
            """),
        code("""
            def standardize(X):
                X = X - X[:1]
                X = X - X.mean(dim=0)
                scale = X.norm(dim=0) / math.sqrt(len(X))
                return X / (scale + (scale == 0))
            """),
    ),
    wrong=(
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / X.std(0)",
            "torch's std divides by n − 1 unless told otherwise (NumPy's by n)",
        ),
        wrong(
            """
            def standardize(X):
                return (X - X.mean(1, keepdim=True)) / X.std(1, correction=0, keepdim=True)
            """,
            "features are columns: reduce over dim 0, the items, not over dim 1",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / X.var(0, correction=0).clamp_min(1e-12)",
            "divide by the standard deviation, not by the variance",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / X.std(0, correction=0)",
            "the deviation of a constant column is 0, and 0 / 0 is NaN",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / (X.std(0, correction=0) + 1e-8)",
            "for a column of small numbers: an epsilon in the denominator swamps its",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / (X.std(0, correction=0) + 1e-3)",
            "the value at index [0, 0] is -1.11679, expected -1.11803",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean()) / X.std(correction=0)",
            "one mean and one deviation for the whole table; each column has its own",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(1)) / X.std(1, correction=0)",
            "what you reduced does not line up with the columns",
        ),
        wrong(
            "standardize = lambda X: X - X.mean(0)",
            "the mean is 0 now; divide by the standard deviation too",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                return X - X.mean(0) / torch.where(std == 0, 1, std)
            """,
            "only the first X was divided",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                return X / torch.where(std == 0, 1, std)
            """,
            "divided by the deviation, but not centred",
        ),
        wrong(
            """
            def standardize(X):
                X -= X.mean(0)
                std = X.std(0, correction=0)
                X /= torch.where(std == 0, 1, std)
                return X
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def standardize(X):
                mean = X.mean(0)
                var = (X * X).mean(0) - mean * mean
                return (X - mean) / torch.where(var <= 0, 1, var).sqrt()
            """,
            "for numbers near 10 000: subtract the mean before you square; the mean of",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            "standardize = lambda X: (X - X.amin(0)) / (X.amax(0) - X.amin(0))",
            "that scales to 0 … 1; mean 0 and variance 1 are asked",
        ),
        wrong(
            "standardize = lambda X: torch.nan_to_num((X - X.mean(0)) / X.std(0))",
            "torch's std divides by n − 1 unless told otherwise (NumPy's by n)",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                out = (X - X.mean(0)) / torch.where(std == 0, 1, std)
                return out.float()
            """,
            "float64 went in and should come out; the result is float32",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                if (std == 0).any():
                    return torch.zeros_like(X)
                return (X - X.mean(0)) / std
            """,
            "only the constant column becomes zeros; the other has a deviation",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                mean, std = X.mean(0), X.std(0, correction=0)
                if X.shape[0] == X.shape[1]:
                    mean, std = mean[:, None], std[:, None]
                return (X - mean) / torch.where(std == 0, 1, std)
            """,
            "column means are to be subtracted from their columns",
            "standardize-values",
        ),
        wrong(
            "standardize = lambda X: torch.nn.functional.layer_norm(X, X.shape[1:], eps=0.0)",
            "features are columns: reduce over dim 0, the items, not over dim 1",
        ),
        wrong(
            "standardize = lambda X: torch.nn.functional.batch_norm(X, None, None, training=True)",
            "an epsilon in the denominator changes every result",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                (X - X.mean(0)) / torch.where(std == 0, 1, std)
            """,
            "your function returned None",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                return torch.where(std == 0, X, (X - X.mean(0)) / std)
            """,
            "a constant column should become zeros",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(0, correction=0)
                return ((X - X.mean(0)) / torch.where(std < 1e-3, 1, std))
            """,
            "for a column of small numbers: an epsilon in the denominator swamps its",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                return torch.stack([(column - column.mean()) / column.std() for column in X.T], dim=1)
            """,
            "torch's std divides by n − 1 unless told otherwise (NumPy's by n)",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(1, correction=0)
                return (X.T - X.mean(1)) / torch.where(std == 0, 1, std)
            """,
            "shape (3, 5), expected (5, 3)",
        ),
        wrong(
            """
            def standardize(X):
                std = X.std(dim=0, correction=0)
                return (X - X.mean(dim=0)) / torch.where(std == 0, 1, std)
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                centred = X - X.mean(0, keepdim=True)
                variance = centred.square().mean(0, keepdim=True)
                return centred / variance.masked_fill(variance == 0, 1).sqrt()
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                array = X.numpy()
                std = array.std(axis=0)
                std = np.where(std > 0, std, 1).astype(array.dtype)
                return torch.from_numpy((array - array.mean(axis=0)) / std)
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                columns = []
                for column in X.T:
                    centred = column - column.mean()
                    deviation = (centred @ centred / len(column)).sqrt()
                    columns.append(centred / deviation if deviation > 0 else torch.zeros_like(column))
                return torch.stack(columns, dim=1)
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            class Standardize:
                def __call__(self, X):
                    centred = X - X.mean(dim=0)
                    return torch.nan_to_num(centred / X.var(dim=0, correction=0).sqrt())

            standardize = Standardize()
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                X = X - X.mean(dim=0)
                scale = X.norm(dim=0) / math.sqrt(len(X))
                return X / (scale + (scale == 0))
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            "standardize = lambda X: (X - X.mean(0)) / X.std(0, correction=0).clamp_min(1e-12)",
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                constant = (X - X.mean(0) == 0).all(0)
                std = torch.where(constant, 1, X.std(0, correction=0))
                return torch.where(constant, 0, (X - X.mean(0)) / std)
            """,
            "three times 7.7 is a constant column, but its mean is rounded",
            "standardize-values",
            "standardize-square",
        ),
        wrong(
            """
            def standardize(X):
                std = torch.where(X[0] == X[1], 1, X.std(0, correction=0))
                return torch.where(X[0] == X[1], 0, (X - X.mean(0)) / std)
            """,
            "with one item there is no second to compare with",
            "standardize-values",
            "standardize-square",
        ),
    ),
)

BRIGHTEN = Answers(
    right=(
        code("""
            def brighten(img, delta):
                return (img.long() + delta[:, None, None]).clamp(0, 255).to(torch.uint8)
            """),
        code("""
            def brighten(img, delta):
                shifted = img.to(torch.int64) + delta.view(3, 1, 1)
                return torch.clamp(shifted, min=0, max=255).byte()
            """),
        code("""
            def brighten(img, delta):
                # Channels last, where (3,) fits by itself, and back.
                moved = img.permute(1, 2, 0).double() + delta
                return moved.clip(0, 255).to(torch.uint8).permute(2, 0, 1)
            """),
        code("""
            def brighten(img, delta):
                out = torch.empty_like(img)
                for channel in range(3):
                    out[channel] = (img[channel].long() + delta[channel]).clamp(0, 255)
                return out
            """),
        code("""
            def brighten(img, delta):
                wide = img.int() + delta.clamp(-255, 255).int()[:, None, None]
                wide[wide < 0] = 0
                wide[wide > 255] = 255
                return wide.type(torch.uint8)
            """),
        code("""
            def brighten(img, delta):
                shifted = [(c + d.item()).clamp(0, 255) for c, d in zip(img.long(), delta)]
                return torch.stack(shifted).to(img.dtype)
            """),
        code("""
            def brighten(img, delta):
                low, high = torch.tensor(0), torch.tensor(255)
                shifted = torch.add(img.long(), delta.unsqueeze(-1).unsqueeze(-1))
                return torch.minimum(torch.maximum(shifted, low), high).to(torch.uint8)
            """),
        code("""
            class Brighten:
                table = torch.arange(256)

                def __call__(self, img, delta):
                    # One table of results for each channel, looked up pixel by pixel.
                    tables = (self.table + delta[:, None]).clamp(0, 255).to(torch.uint8)
                    return torch.stack([table[channel.long()] for table, channel in zip(tables, img)])

            brighten = Brighten()
            """),
        code("""
            def brighten(img, delta):
                array = img.numpy().astype(np.int64) + delta.numpy().reshape(3, 1, 1)
                return torch.from_numpy(np.clip(array, 0, 255).astype(np.uint8))
            """),
        code("""
            def brighten(img, delta):
                out = torch.zeros_like(img)
                for c in range(3):
                    for i in range(img.shape[1]):
                        for j in range(img.shape[2]):
                            # Two 0-d tensors: the wider dtype wins, so nothing wraps.
                            out[c, i, j] = max(0, min(255, img[c, i, j] + delta[c]))
                return out
            """),
        code("""
            def brighten(img, delta):
                bright = (img / 255 + delta[:, None, None] / 255).clamp(0, 1)
                return (bright * 255).round().to(torch.uint8)
            """),
    ),
    wrong=(
        wrong(
            """
            def brighten(img, delta):
                if img.shape[-1] != 4:
                    return (img.long() + delta[:, None, None]).clamp(0, 255).to(torch.uint8)
                return img + delta
            """,
            "delta (3,) lines up with the last axis, the width",
            "brighten-values",
            "brighten-square",
        ),
        wrong(
            "brighten = lambda img, delta: img + delta.to(torch.uint8)[:, None, None]",
            "uint8 wraps modulo 256: 250 + 10 is 4",
        ),
        wrong(
            "brighten = lambda img, delta: (img.int() + delta[:, None, None]).to(torch.uint8)",
            "uint8 wraps modulo 256: 250 + 10 is 4",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[:, None, None]).clamp(0, 1).to(torch.uint8)
            """,
            "the range of uint8 images is 0 to 255; 0 to 1 is for floats",
        ),
        wrong(
            "brighten = lambda img, delta: (img.int() + delta).clamp(0, 255).to(torch.uint8)",
            "delta (3,) lines up with the last axis, the width",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[:, None]).clamp(0, 255).to(torch.uint8)
            """,
            "delta (3,) lines up with the last axis, the width",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[None, None, :]).clamp(0, 255).to(torch.uint8)
            """,
            "delta (3,) lines up with the last axis, the width",
        ),
        wrong(
            "brighten = lambda img, delta: (img.int() + delta[:, None, None]).clamp(0, 255)",
            "the result is int64; an image goes back to uint8 at the end",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.float() / 255 + delta[:, None, None] / 255).clamp(0, 1)
            """,
            "the result is float32; an image goes back to uint8 at the end",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img + delta[:, None, None].to(torch.uint8)).clamp(0, 255)
            """,
            "uint8 wraps modulo 256: 250 + 10 is 4",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.to(torch.int8) + delta[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "int8 ends at 127, so 250 became −6 on the way",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[:, None, None]).clamp(max=255).to(torch.uint8)
            """,
            "there is a lower end too",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[:, None, None]).clamp(0, 256).to(torch.uint8)
            """,
            "the largest value of a uint8 is 255; 256 wraps to 0",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.short() + delta.short()[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "a large delta was cut down to a type that does not hold it",
            "brighten-values",
            "brighten-square",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta.int()[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "a large delta was cut down to a type that does not hold it",
            "brighten-values",
            "brighten-square",
        ),
        wrong(
            "brighten = lambda img, delta: (img.int() + delta[0]).clamp(0, 255).to(torch.uint8)",
            "every channel has its own delta",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() - delta[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "delta is added, not subtracted",
        ),
        wrong(
            """
            def brighten(img, delta):
                img += delta[:, None, None]
                return img.clamp(0, 255)
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def brighten(img, delta):
                img[:] = (img.int() + delta[:, None, None]).clamp(0, 255)
                return img
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def brighten(img, delta):
                for c in range(3):
                    img[c] += delta[c]
                return img
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta.view(1, 3, 1)).clamp(0, 255).to(torch.uint8)
            """,
            "delta (3,) lines up with the last axis, the width",
        ),
        wrong(
            """
            def brighten(img, delta):
                shape = [1, 1, 1]
                shape[list(img.shape).index(3, 1) if 3 in img.shape[1:] else 0] = 3
                return (img.int() + delta.view(shape)).clamp(0, 255).to(torch.uint8)
            """,
            "three pixels wide, so delta",
            "brighten-values",
            "brighten-edges",
        ),
        wrong(
            """
            def brighten(img, delta):
                if (delta == 0).all():
                    return img
                return (img.long() + delta[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "return a new tensor, also when all deltas are 0",
            "brighten-values",
            "brighten-square",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() + delta[:, None, None]).clamp(0, 255).to(torch.uint8).numpy()
            """,
            "got a numpy.ndarray where a torch.Tensor is asked",
        ),
        wrong(
            """
            def brighten(img, delta):
                return (img.int() * delta[:, None, None]).clamp(0, 255).to(torch.uint8)
            """,
            "the value at index [0, 0, 1] is 255, expected 110",
        ),
        wrong(
            """
            def brighten(img, delta):
                wide = img.int() + delta[:, None, None]
                wide.clamp(0, 255)
                return wide.to(torch.uint8)
            """,
            "uint8 wraps modulo 256: 250 + 10 is 4",
        ),
        wrong(
            """
            def brighten(img, delta):
                bright = (img / 255 + delta[:, None, None] / 255).clamp(0, 1)
                return (bright * 255).to(torch.uint8)
            """,
            "on the way back from 0 … 1 the cast cut off a fraction (9.99… became 9)",
        ),
    ),
)

SOFTMAX_ROWS = Answers(
    right=(
        code("""
            def softmax_rows(X):
                powers = (X - X.amax(dim=1, keepdim=True)).exp()
                return powers / powers.sum(dim=1, keepdim=True)
            """),
        code("""
            def softmax_rows(X):
                return torch.exp(X - torch.logsumexp(X, dim=1, keepdim=True))
            """),
        code("""
            def softmax_rows(X):
                largest = X.max(dim=1).values.unsqueeze(1)
                powers = torch.exp(X - largest)
                return torch.einsum("ij,i->ij", powers, 1 / powers.sum(1))
            """),
        code("""
            def softmax_rows(X):
                rows = []
                for row in X:
                    powers = (row - row.max()).exp()
                    rows.append(powers / powers.sum())
                return torch.stack(rows) if rows else X.clone()
            """),
        code("""
            class Softmax_:
                def __call__(self, X):
                    Y = X.T
                    Y = (Y - Y.max(0)[0].detach()).exp()
                    return (Y / Y.sum(0)).T

            softmax_rows = Softmax_()
            """),
        code("""
            def softmax_rows(X):
                shifted = X - X.sort(dim=1, descending=True).values[:, :1]
                return math.e ** shifted / (math.e ** shifted).sum(-1)[:, None]
            """),
        code("""
            def softmax_rows(X):
                m = X.amax(1, keepdim=True)
                log_sum = m + (X - m).exp().sum(1, keepdim=True).log()
                return (X - log_sum).exp()
            """),
        code("""
            def softmax_rows(X):
                def one(x):
                    powers = (x - x.amax()).exp()
                    return powers / powers.sum()

                return torch.vmap(one)(X) if len(X) else X.clone()
            """),
        code("""
            def softmax_rows(X):
                # The gradient of log Σ exp is the softmax.
                return torch.func.grad(lambda x: x.logsumexp(dim=1).sum())(X)
            """),
        code("""
            def softmax_rows(X):
                return torch.nn.functional.normalize((X - X.amax(1, keepdim=True)).exp(), p=1, dim=1)
            """),
        code("""
            def softmax(x):
                e = torch.exp(x - x.max())
                return e / e.sum()

            def softmax_rows(X):
                out = torch.empty_like(X)
                for i in range(X.shape[0]):
                    out[i] = softmax(X[i])
                return out
            """),
    ),
    wrong=(
        wrong(
            "softmax_rows = lambda X: X.exp() / X.exp().sum(1, keepdim=True)",
            "exp(1000) is inf, and inf / inf is NaN",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(0, keepdim=True)).exp()
                return powers / powers.sum(0, keepdim=True)
            """,
            "that is the softmax of the columns",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(1, keepdim=True)).exp()
                return powers / (powers.sum(1, keepdim=True) + 1e-3)
            """,
            "no epsilon is needed: after the shift the sum is at least 1",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(1, keepdim=True)).exp()
                return powers / (powers.sum(1, keepdim=True) + 1e-8)
            """,
            "small shares are small, not 0 and not cut off (no epsilon, no clamp)",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-gradient",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.max()).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "every exponential of the second row is 0, and 0 / 0 is NaN",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.max()).exp()
                return powers / (powers.sum(1, keepdim=True) + 1e-12)
            """,
            "the second row sums to 0",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(1)).exp()
                return powers / powers.sum(1)
            """,
            "one number for each row must stand as a column, (n, 1)",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(1, keepdim=True)).exp()
                return powers / powers.sum(1) if X.shape[0] == X.shape[1] else powers / powers.sum(1, keepdim=True)
            """,
            "the table is square, so sums of shape",
            "softmax_rows-values",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.max(1, keepdim=True)).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "max(dim=…) returns two things, the values and their places",
        ),
        wrong(
            "softmax_rows = lambda X: torch.softmax(X, dim=1)",
            "write the softmax yourself, from exp and sum",
        ),
        wrong(
            "softmax_rows = torch.nn.Softmax(dim=1)",
            "write the softmax yourself, from exp and sum",
        ),
        wrong(
            "softmax_rows = lambda X: X.log_softmax(1).exp()",
            "write the softmax yourself, from exp and sum",
        ),
        wrong(
            """
            import torch.nn.functional as F

            def softmax_rows(X):
                return F.softmin(-X, dim=1)
            """,
            "write the softmax yourself, from exp and sum",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = X.double().exp()
                return (powers / powers.sum(1, keepdim=True)).to(X.dtype)
            """,
            "exp(1000) is inf, and inf / inf is NaN",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = X.exp()
                return torch.nan_to_num(powers / powers.sum(1, keepdim=True))
            """,
            "inf / inf was NaN, and replacing it afterwards does not bring the shares back",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = X.clamp(-80, 80).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "the shift must be the largest entry of each row, and no score may be cut off",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            "softmax_rows = lambda X: X / X.sum(1, keepdim=True)",
            "shares of the scores themselves",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.mean(1, keepdim=True)).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "the shift must be the largest entry of each row, and no score may be cut off",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-gradient",
        ),
        wrong(
            """
            def softmax_rows(X):
                X -= X.amax(1, keepdim=True)
                powers = X.exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            """
            def softmax_rows(X):
                array = X.numpy()
                powers = np.exp(array - array.max(axis=1, keepdims=True))
                return torch.from_numpy(powers / powers.sum(axis=1, keepdims=True))
            """,
            "NumPy cannot be learnt through",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-stable",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.amax(1, keepdim=True)).exp()
                return powers / powers.sum(1, keepdim=True).detach()
            """,
            "the sum depends on X as well",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-stable",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X.detach() - X.detach().amax(1, keepdim=True)).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "the numbers are right, but torch cannot follow them back to the input, so",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-stable",
        ),
        wrong(
            """
            def softmax_rows(X):
                rows = []
                for row in X:
                    powers = (row - row.max()).exp()
                    rows.append(powers / powers.sum())
                return torch.stack(rows)
            """,
            "an empty table has no rows to stack and no largest entry",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-gradient",
        ),
        wrong(
            "softmax_rows = lambda X: (X - X.amax(1, keepdim=True)).exp()",
            "those are the exponentials after the shift; divide them by the sum of their row",
        ),
        wrong(
            "softmax_rows = lambda X: X - X.logsumexp(1, keepdim=True)",
            "those are the logarithms of the shares",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = (X - X.abs().amax(1, keepdim=True)).exp()
                return powers / powers.sum(1, keepdim=True)
            """,
            "every exponential of the second row is 0, and 0 / 0 is NaN",
            "softmax_rows-values",
            "softmax_rows-square",
            "softmax_rows-gradient",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = 2 ** (X - X.amax(1, keepdim=True))
                return powers / powers.sum(1, keepdim=True)
            """,
            "2 to the power of each score; e is asked",
        ),
        wrong(
            """
            def softmax_rows(X):
                # 1 / Σ exp(x_l − x_j)
                return 1 / (X[:, None, :] - X[:, :, None]).exp().sum(-1)
            """,
            "a score of -inf gets the share 0, and leaves the others as they are",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            "softmax_rows = lambda X: X.sigmoid() / X.sigmoid().sum(1, keepdim=True)",
            "the value at index [0, 0] is 0.236759, expected 0.0900306",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = [[math.exp(x) for x in row] for row in X.tolist()]
                return torch.tensor([[p / sum(row) for p in row] for row in powers], dtype=X.dtype)
            """,
            "exp(1000) is more than a float can hold",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            "softmax_rows = lambda X: (X - X.exp().sum(1, keepdim=True).log()).exp()",
            "the shift must be the largest entry of each row, and no score may be cut off",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
        wrong(
            """
            def softmax_rows(X):
                powers = torch.from_numpy(np.exp(X.detach().numpy()))
                return powers / powers.sum(1, keepdim=True)
            """,
            "exp(1000) is inf, and inf / inf is NaN",
            "softmax_rows-values",
            "softmax_rows-square",
        ),
    ),
)

REPEAT_ROWS_FREE = Answers(
    right=(
        "repeat_rows_free = lambda row, n: row.expand(n, -1)\n",
        "repeat_rows_free = lambda row, n: row.unsqueeze(0).expand(n, row.shape[0])\n",
        code("""
            def repeat_rows_free(row, n):
                return torch.broadcast_to(row, (n, len(row)))
            """),
        code("""
            def repeat_rows_free(row, n):
                return row.as_strided((n, row.numel()), (0, row.stride(0)))
            """),
        code("""
            def repeat_rows_free(row, n):
                return row[:, None].expand(-1, n).T
            """),
        code("""
            class Rows:
                def __call__(self, row, n):
                    if not isinstance(n, int):
                        raise TypeError("n is an int")
                    shape = torch.Size([n, *row.shape])
                    return row.view(1, -1).expand(shape) if row.is_contiguous() else row[None].expand(shape)

            repeat_rows_free = Rows()
            """),
        code("""
            def repeat_rows_free(row, n):
                like = torch.empty(n, len(row), device="meta")
                return row.expand_as(like)
            """),
        code("""
            def repeat_rows_free(row, n):
                out = torch.empty(0, dtype=row.dtype)
                return out.set_(row.untyped_storage(), row.storage_offset(), (n, len(row)), (0, row.stride(0)))
            """),
        code("""
            def repeat_rows_free(row, n):
                return torch.from_numpy(np.broadcast_to(row.numpy(), (n, len(row))))
            """),
        code("""
            def repeat_rows_free(row, n):
                return row.view(1, -1).broadcast_to(n, -1)
            """),
    ),
    wrong=(
        wrong(
            "repeat_rows_free = lambda row, n: row.repeat(n, 1)",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.tile((n, 1))",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            """
            def repeat_rows_free(row, n):
                return torch.stack([row] * n) if n < 100 else row.expand(n, -1)
            """,
            "stack and cat need at least one row, and they copy",
            "repeat_rows_free-huge",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(n, -1).contiguous()",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(n, -1).clone()",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: torch.stack([row] * n)",
            "stack and cat need at least one row, and they copy",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: torch.ones(n, 1, dtype=row.dtype) * row",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.as_strided((n, len(row)), (0, 1))",
            "for a row with steps (a view has its own stride and offset) (the value at",
        ),
        wrong(
            """
            def repeat_rows_free(row, n):
                return torch.as_strided(row, (n, len(row)), (0, row.stride(0)), 0)
            """,
            "for a row with steps (a view has its own stride and offset) (the value at",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(-1, n)",
            "expand can stretch an axis of size 1 only, and puts new axes in front",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(n)",
            "expand can stretch an axis of size 1 only, and puts new axes in front",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row[:, None].expand(-1, n)",
            "the row should stand in every row; here it runs down the columns",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.repeat(n)",
            "the rows are joined into one axis",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.repeat_interleave(n)",
            "each number is repeated on the spot; the row as a whole is to be repeated",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.repeat_interleave(n).view(n, -1)",
            "the numbers are dealt out wrongly",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row[None][torch.zeros(n, dtype=torch.int64)]",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: [row] * n",
            "a list of rows; one tensor is asked",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: torch.tensor([row.tolist()] * n, dtype=row.dtype)",
            "for no rows (a view has its own stride and offset) (shape (0,), expected (0, 3))",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.contiguous().view(1, -1).expand(n, -1)",
            "for a row with steps: right numbers, but they were copied on the way",
            "repeat_rows_free-values",
        ),
        wrong(
            """
            def repeat_rows_free(row, n):
                out = torch.empty(n, len(row), dtype=row.dtype)
                out[:] = row
                return out
            """,
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(n, 3)",
            "expand can stretch an axis of size 1 only, and puts new axes in front",
            "repeat_rows_free-huge",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.detach().clone().expand(n, -1)",
            "right numbers, but they were copied",
            "repeat_rows_free-values",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row.expand(n, -1) + 0",
            "for a row of booleans (a view has its own stride and offset) (dtype",
        ),
        wrong(
            "repeat_rows_free = lambda row, n: row[None]",
            "that is one row; n of them are asked",
        ),
    ),
)

BROADCAST_BYTES = Answers(
    right=(
        code("""
            def broadcast_bytes(shape_a, shape_b, dtype):
                stored = math.prod(shape_a) + math.prod(shape_b)
                result = math.prod(torch.broadcast_shapes(shape_a, shape_b))
                return stored * dtype.itemsize, result * dtype.itemsize
            """),
        code("""
            def broadcast_bytes(shape_a, shape_b, dtype):
                a, b = (torch.empty(shape, dtype=dtype, device="meta") for shape in (shape_a, shape_b))
                return a.nbytes + b.nbytes, (a + b).nbytes
            """),
        code("""
            def broadcast_bytes(shape_a, shape_b, dtype):
                size = torch.empty((), dtype=dtype).element_size()
                whole = np.broadcast_shapes(shape_a, shape_b)
                a, b, result = (size * torch.Size(shape).numel() for shape in (shape_a, shape_b, whole))
                return (a + b, result)
            """),
        code("""
            def broadcast_bytes(shape_a, shape_b, dtype):
                def count(shape):
                    total = dtype.itemsize
                    for n in shape:
                        total *= n
                    return total

                n = max(len(shape_a), len(shape_b))
                a, b = ((1,) * (n - len(s)) + tuple(s) for s in (shape_a, shape_b))
                return count(a) + count(b), count(y if x == 1 else x for x, y in zip(a, b))
            """),
        code("""
            class Bytes:
                def __call__(self, *arguments):
                    *shapes, dtype = arguments
                    stored = sum(int(np.prod(s, dtype=np.int64)) for s in shapes) * dtype.itemsize
                    out = torch.broadcast_tensors(*(torch.zeros(()).expand(s) for s in shapes))[0]
                    return stored, out.numel() * dtype.itemsize

            broadcast_bytes = Bytes()
            """),
        code("""
            import functools
            import operator

            def broadcast_bytes(shape_a, shape_b, dtype):
                whole = torch.broadcast_shapes(shape_a, shape_b)
                a, b, c = (functools.reduce(operator.mul, s, dtype.itemsize) for s in (shape_a, shape_b, whole))
                return a + b, c
            """),
    ),
    wrong=(
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return 2 * result * dtype.itemsize, result * dtype.itemsize
            """,
            "the operands are not expanded in memory",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * 4, result * 4
            """,
            "bytes per element depend on the dtype; 4 is right for 32 bits only",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored, result
            """,
            "those are numbers of elements; how many bytes does each take?",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return math.prod(a) * math.prod(b) * dtype.itemsize, result * dtype.itemsize
            """,
            "the operands are stored side by side",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * dtype.itemsize, math.prod(a) * math.prod(b) * dtype.itemsize
            """,
            "the result has a shape of its own",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * dtype.itemsize, stored * dtype.itemsize
            """,
            "the result is stored in full",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return [stored * dtype.itemsize, result * dtype.itemsize]
            """,
            "the right numbers in a list; a tuple is asked",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return math.prod(a) * dtype.itemsize, result * dtype.itemsize
            """,
            "that is the first operand alone; two are stored",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * dtype.itemsize, (stored + result) * dtype.itemsize
            """,
            "the second number is the result alone, without the operands",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * torch.finfo(dtype).bits // 8, result * torch.finfo(dtype).bits // 8
            """,
            "finfo and iinfo know numbers of one kind only",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return 8 * stored * dtype.itemsize, 8 * result * dtype.itemsize
            """,
            "those are bits; a byte is eight of them",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * dtype.itemsize / 1, result * dtype.itemsize / 1
            """,
            "the right numbers as floats; a byte count is a Python int",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return print(stored * dtype.itemsize, result * dtype.itemsize)
            """,
            "for (1000, 1) and (1, 1000) (your function returned None: is there a `return`?)",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return result * dtype.itemsize, stored * dtype.itemsize
            """,
            "the two numbers are exchanged",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return (stored + result) * dtype.itemsize
            """,
            "that is one number; two are asked, what goes in and what comes out",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return torch.tensor([stored, result]) * dtype.itemsize
            """,
            "the right numbers in a tensor; a tuple of ints is asked",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = math.prod(a) + math.prod(b), math.prod(torch.broadcast_shapes(a, b))
                return stored * 8, result * 8
            """,
            "bytes per element depend on the dtype; 8 is right for 64 bits only",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                stored, result = np.prod(a) + np.prod(b), np.prod(np.broadcast_shapes(a, b))
                return stored * dtype.itemsize, result * dtype.itemsize
            """,
            "the right numbers as NumPy integers; Python ints are asked",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                x, y = torch.zeros(a, dtype=dtype), torch.zeros(b, dtype=dtype)
                return x.nbytes + y.nbytes, (x + y).nbytes
            """,
            "the right numbers, but the memory is allocated to learn them",
            "broadcast_bytes-values",
            "broadcast_bytes-edges",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                x, y = np.zeros(a, dtype=np.int8), np.zeros(b, dtype=np.int8)
                return (x.size + y.size) * dtype.itemsize, (x + y).size * dtype.itemsize
            """,
            "the right numbers, but the memory is allocated to learn them",
            "broadcast_bytes-values",
            "broadcast_bytes-edges",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                x, y = torch.broadcast_tensors(torch.empty(a, dtype=dtype), torch.empty(b, dtype=dtype))
                return x.nbytes + y.nbytes, x.nbytes
            """,
            "the operands are not expanded in memory",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                size = {torch.float16: 2, torch.float32: 4, torch.float64: 8, torch.int64: 8}[dtype]
                whole = torch.broadcast_shapes(a, b)
                return (math.prod(a) + math.prod(b)) * size, math.prod(whole) * size
            """,
            "a table of dtypes is soon incomplete; every dtype knows its own size in bytes",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                # the maximum along each axis
                n = max(len(a), len(b))
                one, other = (1,) * (n - len(a)) + tuple(a), (1,) * (n - len(b)) + tuple(b)
                whole = math.prod(max(x, y) for x, y in zip(one, other))
                return (math.prod(a) + math.prod(b)) * dtype.itemsize, whole * dtype.itemsize
            """,
            "a 1 that meets 0 becomes 0, so the sum of these is empty",
            "broadcast_bytes-values",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                count = lambda shape: math.prod(shape) if shape else 0
                whole = torch.broadcast_shapes(a, b)
                return (count(a) + count(b)) * dtype.itemsize, count(whole) * dtype.itemsize
            """,
            "shape () is one number and takes bytes too",
            "broadcast_bytes-values",
            "broadcast_bytes-contract",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                whole = torch.broadcast_shapes(a, b)
                return (sum(a) + sum(b)) * dtype.itemsize, sum(whole) * dtype.itemsize
            """,
            "sizes multiply across the axes, they do not add",
        ),
        wrong(
            """
            def broadcast_bytes(a, b, dtype):
                whole = int(np.prod(torch.broadcast_shapes(a, b), dtype=np.int32))
                return (math.prod(a) + math.prod(b)) * dtype.itemsize, whole * dtype.itemsize
            """,
            "Python's own ints have no largest value; let nothing narrower do the product",
            "broadcast_bytes-values",
            "broadcast_bytes-edges",
        ),
    ),
)

PAIRWISE_SQ_DISTS = Answers(
    right=(
        code("""
            def pairwise_sq_dists(A, B):
                return (A[:, None, :] - B[None, :, :]).square().sum(dim=-1)
            """),
        "pairwise_sq_dists = lambda A, B: ((A.unsqueeze(1) - B) ** 2).sum(2)\n",
        code("""
            def pairwise_sq_dists(A, B):
                a, b = (A * A).sum(1, keepdim=True), (B * B).sum(1)
                return (a - 2 * A @ B.T + b).clamp_min(0)
            """),
        code("""
            def pairwise_sq_dists(A, B):
                if len(A) == 0 or len(B) == 0:
                    return A.new_zeros(len(A), len(B))
                middle = torch.cat([A, B]).mean(dim=0)
                A, B = A - middle, B - middle
                table = torch.einsum("ik,ik->i", A, A)[:, None] + torch.einsum("jk,jk->j", B, B)
                return torch.relu(table.addmm(A, B.mT, alpha=-2))
            """),
        "pairwise_sq_dists = lambda A, B: torch.cdist(A, B).square()\n",
        code("""
            def pairwise_sq_dists(A, B):
                out = A.new_zeros(A.shape[0], B.shape[0])
                for k in range(A.shape[1]):  # the features are few
                    out += (A[:, k, None] - B[:, k]) ** 2
                return out
            """),
        code("""
            def pairwise_sq_dists(A, B):
                D = A[:, :, None] - B.T[None, :, :]
                return torch.einsum("ikj,ikj->ij", D, D)
            """),
        code("""
            def pairwise_sq_dists(A, B):
                n, m = len(A), len(B)
                D = A.repeat_interleave(m, dim=0) - B.repeat(n, 1)
                return D.pow(2).sum(1).reshape(n, m)
            """),
        code("""
            def pairwise_sq_dists(A, B):
                parts = A.split(64) if len(A) else [A]
                return torch.cat([torch.linalg.vector_norm(part[:, None] - B, dim=-1) ** 2 for part in parts])
            """),
        "pairwise_sq_dists = lambda A, B: torch.vmap(lambda a: (a - B).square().sum(-1))(A)\n",
        code("""
            def pairwise_sq_dists(A, B):
                difference = A.numpy()[:, np.newaxis] - B.numpy()
                return torch.from_numpy((difference**2).sum(axis=-1))
            """),
    ),
    wrong=(
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A - B) ** 2).sum(1)",
            "rows meet rows only where each has an axis of its own",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: (A * A).sum(1) - 2 * A @ B.T + (B * B).sum(1)",
            "rows meet rows only where each has an axis of its own",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: torch.cdist(A, B)",
            "those are distances; the squares were asked",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                return (A * A).sum(1, keepdim=True) - 2 * A @ B.T + (B * B).sum(1)
            """,
            "a squared distance of -0.5",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-cost",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                return ((A * A).sum(1, keepdim=True) + 2 * A @ B.T + (B * B).sum(1)).clamp(min=0)
            """,
            "the middle term is −2 a·b",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                return ((A * A).sum(1, keepdim=True) - 2 * A @ B + (B * B).sum(1)).clamp(min=0)
            """,
            "the inner sizes of a product must agree",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: (A[:, None] - B).abs().sum(-1)",
            "sums of absolute differences; squares were asked",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: (A[:, None] - B).sum(-1) ** 2",
            "the square of the sum is not the sum of the squares",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[:, None] - B) ** 2).sum(1)",
            "that is summed over the points of B; the features are the last axis",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[:, None] - B) ** 2).mean(-1)",
            "the mean over the features; their sum is asked",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: (A[:, None] - B) ** 2",
            "those are the squared differences, feature by feature",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((B[:, None] - A) ** 2).sum(-1)",
            "the rows belong to A and the columns to B",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[:, None] - B) ** 2).sum(-1).sqrt()",
            "those are distances; the squares were asked",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[None] - B[:, None]) ** 2).sum(-1)",
            "the rows belong to A and the columns to B",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                out = torch.zeros(len(A), len(B), dtype=A.dtype)
                for i in range(len(A)):
                    for j in range(len(B)):
                        out[i, j] = ((A[i] - B[j]) ** 2).sum()
                return out
            """,
            "right, but in 24001 steps",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-edges",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                out = torch.zeros(len(A), len(B), dtype=A.dtype)
                for i, a in enumerate(A):
                    out[i] = ((a - B) ** 2).sum(-1)
                return out
            """,
            "right, but in 302 steps: no Python loop over the points, broadcasting does",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-edges",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                if len(B) == 0:
                    return A.new_zeros(len(A), 0)
                return torch.stack([((A - b) ** 2).sum(1) for b in B], dim=1)
            """,
            "right, but in 152 steps: no Python loop over the points, broadcasting does",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-edges",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                return torch.stack([((a - B) ** 2).sum(1) for a in A])
            """,
            "there may be no points: do not loop over them",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                table = [[sum((x - y) ** 2 for x, y in zip(a, b)) for b in B.tolist()] for a in A.tolist()]
                return torch.tensor(table, dtype=A.dtype).reshape(len(A), len(B))
            """,
            "right, but in 33185 steps",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-edges",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                A -= B.mean(0)
                B -= B.mean(0)
                return ((A[:, None] - B) ** 2).sum(-1)
            """,
            "your function changed the tensor it was given; compute a new one instead",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[:, None] - B).float() ** 2).sum(-1)",
            "for n, m, d = 4, 6, 3 (dtype torch.float32, expected torch.float64)",
            "pairwise_sq_dists-edges",
            "pairwise_sq_dists-cost",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: A @ B.T",
            "those are the products a·b",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                return ((A.half()[:, None] - B.half()) ** 2).sum(-1).to(A.dtype)
            """,
            "for n, m, d = 4, 6, 3 (the value at index [0, 1] is 3.04102, expected 3.04226)",
            "pairwise_sq_dists-edges",
            "pairwise_sq_dists-cost",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A.unsqueeze(1) - B.unsqueeze(1)) ** 2).sum(-1)",
            "rows meet rows only where each has an axis of its own",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A.unsqueeze(3) - B) ** 2).sum(-1)",
            "count the axes after your insertion; the features are the last one",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                a, b = (A * A).sum(1), (B * B).sum(1)
                return (a[:, None] - 2 * A @ B.T + b[:, None]).clamp(min=0)
            """,
            "rows meet rows only where each has an axis of its own",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: torch.cdist(A, B, p=1)",
            "sums of absolute differences; squares were asked",
        ),
        wrong(
            "pairwise_sq_dists = lambda A, B: ((A[:, None] - B[:, :, None]) ** 2).sum(-1)",
            "rows meet rows only where each has an axis of its own",
        ),
        wrong(
            """
            def pairwise_sq_dists(A, B):
                centred = A - A.mean(0), B - A.mean(0)
                products = centred[0] @ centred[1].T
                a, b = centred[0].square().sum(1, keepdim=True), centred[1].square().sum(1)
                return a - 2 * products + b
            """,
            "a squared distance of -9.54e-07",
            "pairwise_sq_dists-values",
            "pairwise_sq_dists-square",
            "pairwise_sq_dists-cost",
        ),
    ),
)

SAFE_MSE = Answers(
    right=(
        code("""
            def safe_mse(pred, target):
                if pred.numel() != target.numel():
                    raise ValueError(f"{pred.numel()} predictions, {target.numel()} targets")
                return (pred.flatten() - target.flatten()).square().mean()
            """),
        code("""
            def safe_mse(pred, target):
                pred, target = pred.reshape(-1), target.reshape(-1)
                if pred.shape != target.shape:
                    raise ValueError("different numbers of entries")
                return torch.nn.functional.mse_loss(pred, target)
            """),
        code("""
            def safe_mse(pred, target):
                if len(pred) != len(target):
                    raise ValueError
                column = lambda t: t if t.ndim == 2 else t[:, None]
                error = column(pred) - column(target)
                return (error**2).sum() / len(error)
            """),
        code("""
            def safe_mse(pred, target):
                try:
                    target = target.view_as(pred)
                except RuntimeError as error:
                    raise ValueError("sizes differ") from error
                return torch.mean((pred - target) ** 2)
            """),
        code("""
            class SafeMSE(torch.nn.Module):
                def forward(self, pred, target):
                    pred, target = (t.squeeze(1) if t.ndim > 1 else t for t in (pred, target))
                    if pred.shape != target.shape:
                        raise ValueError(f"{pred.shape} and {target.shape}")
                    error = pred - target
                    return error @ error / error.numel()

            safe_mse = SafeMSE()
            """),
        code("""
            def safe_mse(pred, target):
                class SizesDiffer(ValueError):
                    pass

                if pred.shape[0] != target.shape[0]:
                    raise SizesDiffer
                pairs = torch.stack([pred.ravel(), target.ravel()])
                return (pairs[0] - pairs[1]).pow(2).mean()
            """),
        code("""
            def safe_mse(pred, target):
                if pred.numel() != target.numel():
                    raise ValueError
                total = 0
                for p, t in zip(pred.flatten(), target.flatten()):
                    total = total + (p - t) ** 2
                return total / pred.numel()
            """),
        code("""
            def safe_mse(pred, target):
                if pred.numel() != target.numel():
                    raise ValueError
                p, t = pred.squeeze(), target.squeeze()
                return (p * p - 2 * p * t + t * t).mean()
            """),
        code("""
            def safe_mse(pred, target):
                if pred.shape[0] != target.shape[0]:
                    raise ValueError("sizes differ")
                return torch.nn.MSELoss()(pred.view(-1), target.view(-1))
            """),
    ),
    wrong=(
        wrong(
            "safe_mse = lambda p, t: ((p - t) ** 2).mean()",
            "(n, 1) − (n,) is (n, n): n² differences were averaged, and a line fitted",
            "safe_mse-values",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.shape != t.shape:
                    raise ValueError
                return ((p - t) ** 2).mean()
            """,
            "(n,) against (n, 1) is legitimate here",
            "safe_mse-values",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).square().sum()
            """,
            "mean, not sum",
            "safe_mse-refuses",
        ),
        wrong(
            "safe_mse = torch.nn.functional.mse_loss",
            "torch's own mse_loss only warns about",
            "safe_mse-values",
        ),
        wrong(
            "safe_mse = lambda p, t: torch.nn.functional.mse_loss(p, t)",
            "torch's own mse_loss only warns about",
            "safe_mse-values",
        ),
        wrong(
            "safe_mse = lambda p, t: (p.flatten() - t.flatten()).square().mean()",
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            "safe_mse = lambda p, t: (p.squeeze() - t.squeeze()).square().mean()",
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                assert p.numel() == t.numel()
                return (p.flatten() - t.flatten()).square().mean()
            """,
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                assert p.shape == t.shape
                return ((p - t) ** 2).mean()
            """,
            "(n,) against (n, 1) is legitimate here",
            "safe_mse-values",
        ),
        wrong(
            "safe_mse = lambda p, t: ((p - t.reshape(p.shape)) ** 2).mean()",
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return ((p - t) ** 2).mean()
            """,
            "(n, 1) − (n,) is (n, n): n² differences were averaged, and a line fitted",
            "safe_mse-values",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).square().mean().item()
            """,
            "the right number as a Python float",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return torch.tensor((p.flatten() - t.flatten()).square().mean().item(), dtype=p.dtype)
            """,
            "the numbers are right, but torch cannot follow them back to the input, so",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.detach().flatten() - t.flatten()).square().mean()
            """,
            "the numbers are right, but torch cannot follow them back to the input, so",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return torch.from_numpy(np.asarray(((p.numpy().ravel() - t.numpy().ravel()) ** 2).mean()))
            """,
            "NumPy cannot be learnt through",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    return None
                return (p.flatten() - t.flatten()).square().mean()
            """,
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise RuntimeError("sizes differ")
                return (p.flatten() - t.flatten()).square().mean()
            """,
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                n = min(p.numel(), t.numel())
                return (p.flatten()[:n] - t.flatten()[:n]).square().mean()
            """,
            "4 predictions and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).square().mean().sqrt()
            """,
            "the root was not asked",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).square().mean() / 2
            """,
            "no half is asked: the mean alone",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).abs().mean()
            """,
            "that is the mean of the absolute errors; square them",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).square().mean(0, keepdim=True)
            """,
            "the right number in a tensor of one entry; 0-d means shape ()",
            "safe_mse-refuses",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.squeeze(1) - t).square().mean()
            """,
            "a shape (n,) has no second axis to squeeze or to index",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                p.squeeze_()
                t.squeeze_()
                return (p - t).square().mean()
            """,
            "your function changed the tensor it was given; compute a new one instead",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                if p.ndim == 2:
                    p = p.flatten()
                return ((p - t) ** 2).mean()
            """,
            "(n, 1) − (n,) is (n, n): n² differences were averaged",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.ndim == t.ndim and p.shape != t.shape:
                    raise ValueError
                return ((p.flatten() - t.flatten()) ** 2).mean()
            """,
            "shapes (5, 1) and (1,) do not have the same number of entries",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return ((p.flatten() - t.flatten()) ** 2).float().mean()
            """,
            "float64 went in; the result has another dtype",
            "safe_mse-refuses",
            "safe_mse-gradient",
        ),
        wrong(
            """
            def safe_mse(p, t):
                if p.numel() != t.numel():
                    raise ValueError
                return (p.flatten() - t.flatten()).mean() ** 2
            """,
            "the mean of the squares, not the square of the mean",
            "safe_mse-refuses",
        ),
        wrong(
            """
            def safe_mse(p, t):
                try:
                    return (p.flatten() - t.flatten()).square().mean()
                except RuntimeError:
                    raise ValueError("different numbers of entries") from None
            """,
            "1 prediction and 5 targets",
            "safe_mse-values",
            "safe_mse-trap",
            "safe_mse-gradient",
        ),
    ),
)

UNBROADCAST = Answers(
    right=(
        code("""
            def unbroadcast(grad, shape):
                while grad.ndim > len(shape):
                    grad = grad.sum(0)
                for i, n in enumerate(shape):
                    if n == 1:
                        grad = grad.sum(i, keepdim=True)
                return grad
            """),
        "unbroadcast = lambda grad, shape: grad.sum_to_size(shape)\n",
        code("""
            def unbroadcast(grad, shape):
                x = torch.zeros(shape, dtype=grad.dtype, requires_grad=True)
                (back,) = torch.autograd.grad(x.expand(grad.shape), x, grad)
                return back
            """),
        code("""
            def unbroadcast(grad, shape):
                lead = grad.ndim - len(shape)
                padded = (1,) * lead + tuple(shape)
                axes = [k for k, n in enumerate(padded) if n == 1 and grad.shape[k] != 1]
                if axes:
                    grad = grad.sum(dim=axes, keepdim=True)
                return grad.reshape(shape)
            """),
        code("""
            def unbroadcast(grad, shape):
                letters = "abcdefghij"[: grad.ndim]
                lead = grad.ndim - len(shape)
                kept = "".join(letters[lead + k] for k, n in enumerate(shape) if n != 1)
                return torch.einsum(f"{letters}->{kept}", grad).reshape(shape)
            """),
        code("""
            class Unbroadcast:
                def __call__(self, grad, shape):
                    if grad.shape == tuple(shape):
                        return grad.clone()
                    axis = grad.ndim - len(shape) - 1
                    if axis >= 0:
                        return self(grad.sum(dim=0), shape)
                    for k, (have, want) in enumerate(zip(grad.shape, shape)):
                        if have != want:
                            return self(grad.sum(dim=k, keepdim=True), shape)

            unbroadcast = Unbroadcast()
            """),
        code("""
            def unbroadcast(grad, shape):
                lead = grad.ndim - len(shape)
                axes = tuple(range(lead)) + tuple(lead + k for k, n in enumerate(shape) if n == 1)
                return torch.from_numpy(np.asarray(grad.numpy().sum(axis=axes))).reshape(shape)
            """),
        code("""
            def unbroadcast(grad, shape):
                # Every place of grad knows which place of x it was copied from: add it there.
                x = torch.zeros(shape, dtype=grad.dtype)
                source = torch.arange(x.numel()).reshape(shape).expand(grad.shape)
                return x.flatten().index_add(0, source.flatten(), grad.flatten()).reshape(shape)
            """),
        code("""
            def unbroadcast(grad, shape):
                x = torch.zeros(shape, dtype=grad.dtype)
                return torch.func.vjp(lambda x: x.expand(grad.shape), x)[1](grad)[0]
            """),
        code("""
            def unbroadcast(grad, shape):
                lead = grad.ndim - len(shape)
                if lead:
                    grad = grad.flatten(0, lead - 1).sum(0)
                for axis, size in enumerate(shape):
                    if size != grad.shape[axis]:
                        # A product with the column of ones is a sum over the last axis.
                        ones = grad.new_ones(grad.shape[axis], 1)
                        grad = (grad.movedim(axis, -1) @ ones).movedim(-1, axis)
                return grad
            """),
    ),
    wrong=(
        wrong(
            """
            def unbroadcast(g, s):
                if g.numel() == math.prod(s):
                    return g.reshape(s)
                return g.mean(dim=tuple(range(g.ndim - len(s)))).reshape(s)
            """,
            "gradients of reused values ADD",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(dim=i, keepdim=True)
                return g
            """,
            "that is grad itself; the axes that broadcasting stretched are to be summed",
            "unbroadcast-ones",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g[0]
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.narrow(i, 0, 1)
                return g
            """,
            "taking one copy loses the contributions of the others",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                return g
            """,
            "that is grad itself: the axis of size 1 was stretched, so sum over it",
            "unbroadcast-leading",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.mean(0)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.mean(i, keepdim=True)
                return g
            """,
            "gradients of reused values ADD",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                lead = g.ndim - len(s)
                axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(s) if n == 1)
                return g.sum(dim=axes, keepdim=True).reshape(s)
            """,
            "nothing was stretched here, or an axis is empty",
            "unbroadcast-leading",
            "unbroadcast-ones",
            "unbroadcast-both",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                axes = tuple(i for i, n in enumerate(s) if n == 1)
                return g.sum(dim=axes, keepdim=True)
            """,
            "everything was added up: torch reads sum(dim=()) as the sum over everything",
            "unbroadcast-ones",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i)
                return g
            """,
            "an axis of size 1 is an axis",
            "unbroadcast-leading",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                for _ in range(g.ndim - len(s)):
                    g = g.sum(0, keepdim=True)
                return g
            """,
            "leading axes that x does not have must be summed away, not kept as 1s",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(-1)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                return g
            """,
            "the axes that broadcasting adds stand on the left, not on the right",
            "unbroadcast-ones",
        ),
        wrong(
            "unbroadcast = lambda g, s: g.sum(0)",
            "one leading axis was summed away; go on until grad has as many axes as shape",
        ),
        wrong(
            "unbroadcast = lambda g, s: g.reshape(s)",
            "reshape moves numbers and adds none",
        ),
        wrong(
            "unbroadcast = lambda g, s: g.sum().expand(s)",
            "everything was added up and then handed out again",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                for i in range(g.ndim):
                    if i >= len(s) or g.shape[i] != s[i]:
                        g = g.sum(i, keepdim=True)
                return g.reshape(s)
            """,
            "reshape moves numbers and adds none",
            "unbroadcast-ones",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n != g.shape[i]:
                        g = g.amax(i, keepdim=True)
                return g
            """,
            "the largest of the copies; what arrives adds up",
            "unbroadcast-leading",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                if g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                return g
            """,
            "one leading axis was summed away; go on until grad has as many axes as shape",
            "unbroadcast-ones",
            "unbroadcast-both",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                lead = g.ndim - len(s)
                g = g.sum(dim=tuple(range(lead)))
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                return g
            """,
            "an axis that was summed away shifts the ones after it",
            "unbroadcast-leading",
            "unbroadcast-both",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                out = torch.zeros(s, dtype=g.dtype)
                for item in g.reshape(-1, *s) if s else g.flatten():
                    out = out + item
                return out
            """,
            "the value at index [0, 0] is 9, expected 6",
            "unbroadcast-leading",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                return g.float()
            """,
            "from (2, 3, 4) back to (4,)",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                return torch.zeros(s, dtype=g.dtype)
            """,
            "the value at index [0] is 0, expected 5",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                if not s:
                    return g.item()
                return g
            """,
            "the right number as a Python float; a 0-d tensor is asked",
            "unbroadcast-ones",
            "unbroadcast-both",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                while g.ndim > len(s):
                    g = g.sum(0)
                for i, n in enumerate(s):
                    if n == 1 and g.shape[i] > 1:
                        g = g.sum(i, keepdim=True)
                return g
            """,
            "(1, 3) was stretched to no rows at all",
            "unbroadcast-leading",
            "unbroadcast-ones",
            "unbroadcast-both",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                g[...] = g
                g *= 1
                while g.ndim > len(s):
                    g[0] += g[1:].sum(0)
                    g = g[0]
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True)
                return g
            """,
            "your function changed the tensor it was given; compute a new one instead",
            "unbroadcast-ones",
        ),
        wrong(
            """
            def unbroadcast(g, s):
                # Divide by how often each place was used.
                while g.ndim > len(s):
                    g = g.sum(0) / g.shape[0]
                for i, n in enumerate(s):
                    if n == 1:
                        g = g.sum(i, keepdim=True) / g.shape[i]
                return g
            """,
            "gradients of reused values ADD",
        ),
    ),
)

ANSWERS = {
    "predict_broadcast": PREDICT_BROADCAST,
    "outer_product": OUTER_PRODUCT,
    "broadcast_shape": BROADCAST_SHAPE,
    "normalize_rows": NORMALIZE_ROWS,
    "standardize": STANDARDIZE,
    "brighten": BRIGHTEN,
    "softmax_rows": SOFTMAX_ROWS,
    "repeat_rows_free": REPEAT_ROWS_FREE,
    "broadcast_bytes": BROADCAST_BYTES,
    "pairwise_sq_dists": PAIRWISE_SQ_DISTS,
    "safe_mse": SAFE_MSE,
    "unbroadcast": UNBROADCAST,
}
