"""Right and wrong answers to the exercises of `source/tensors/tensors.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same.
"""

from gradschool.classroom.answers import Answers, Written, code, predictions, wrong

PREDICT_SHAPES = predictions(
    "predict_shapes",
    {"a": "()", "b": "(1,)", "c": "(3, 4)", "d": "(3, 1)", "e": "4816896", "f": "3", "g": "(4,)"},
    spellings=[
        {"a": "[]", "b": "[1]", "c": "[3, 4]", "d": "[3, 1]", "g": "[4]"},
        {"a": "torch.Size([])", "c": "torch.Size((3, 4))", "e": "32 * 3 * 224 * 224"},
        {"e": "4_816_896.0", "f": "3.0", "c": "torch.tensor([3, 4])"},
        {"e": "math.prod((32, 3, 224, 224))", "f": "np.int64(3)", "a": "tuple()"},
        {"e": "torch.tensor(4816896)", "c": "np.array([3, 4])", "f": "len('abc')"},
    ],
    mistakes=[
        ("a", "(1,)", "(1,) has one axis"),
        ("a", "0", "how does Python write a tuple with no entries"),
        ("a", "None", "None does not fit; a tuple is asked"),
        ("b", "(1)", "ends in a comma"),
        ("b", "()", "this time there are brackets"),
        ("b", "(7,)", "7 is the value in the list"),
        ("c", "(2, 3, 4)", "an integer index removes the axis"),
        ("c", "(1, 3, 4)", "a slice such as [0:1]"),
        ("c", "(2, 3)", "along the first axis, not along the last"),
        ("c", "(4, 3)", "(4, 3) is not what the code gives"),
        ("d", "(3,)", "every number has brackets of its own"),
        ("d", "[1, 3]", "from the outside in"),
        ("e", "483", "the sizes multiply"),
        ("e", "19267584", "those are bytes"),
        ("e", "(32, 3, 224, 224)", "numel is one number"),
        ("e", "(4816896,)", "(4816896,) is a tuple; one number is asked, without parentheses"),
        ("f", "24", "ndim counts axes (how many indices you need)"),
        ("f", "(2, 3, 4)", "ndim is how many entries"),
        ("f", "'3'", "'3' is text; one number is asked, without quotes"),
        ("f", "[3]", "write it alone, without parentheses or brackets"),
        ("f", "torch.zeros(2)", "a torch.Tensor is not asked here: write one number"),
        ("f", "[4]", "[4] is a list; one number is asked, without brackets"),
        ("a", "'()'", "'()' is text; a tuple is asked, without quotes"),
        ("c", "torch.zeros(3, 4)", "a torch.Tensor is not asked here: write a tuple"),
        ("d", "torch.Tensor", "a string, not the class Tensor"),
        ("f", "True", "True is not what the code gives"),
        ("g", "(4, 0)", "that axis is gone"),
        ("g", "()", "only one axis is summed"),
        ("g", "(4)", "ends in a comma"),
        ("g", "{4}", "a prediction is a tuple, a number or a string"),
    ],
)

MEMORY_BYTES = Answers(
    right=(
        "memory_bytes = lambda shape, dtype: math.prod(shape) * dtype.itemsize\n",
        code("""
            def memory_bytes(shape, dtype):
                size = torch.empty((), dtype=dtype).element_size()
                for axis in shape:
                    size *= axis
                return size
        """),
        code("""
            def memory_bytes(shape, dtype):
                return torch.empty(shape, dtype=dtype, device="meta").nbytes
        """),
        code("""
            import functools
            import operator

            class Bytes:
                def __call__(self, shape, dtype):
                    return functools.reduce(operator.mul, shape, dtype.itemsize)

            memory_bytes = Bytes()
        """),
        code("""
            def memory_bytes(shape, dtype):
                if len(shape) == 0:
                    return dtype.itemsize
                return int(shape[0]) * memory_bytes(shape[1:], dtype)
        """),
        code("""
            def memory_bytes(shape, dtype):
                # One number, seen many times: nothing of that size is made.
                return torch.zeros((), dtype=dtype).expand(shape).nbytes
        """),
        code("""
            def memory_bytes(shape, dtype):
                return int(np.prod(np.array(shape, dtype=np.int64)) * dtype.itemsize)
        """),
        code("""
            def memory_bytes(shape, dtype):
                with torch.device("meta"):
                    tensor = torch.ones(tuple(shape), dtype=dtype)
                return tensor.numel() * tensor.itemsize
        """),
    ),
    wrong=(
        wrong(
            "memory_bytes = lambda shape, dtype: math.prod(shape)",
            "that is the number of elements",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: sum(shape) * dtype.itemsize",
            "elements multiply across the axes",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: torch.zeros(shape, dtype=dtype).nbytes",
            "it allocates the memory",
            "memory_bytes-values",
            "memory_bytes-edges",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                t = torch.empty(shape, dtype=dtype)
                return t.numel() * t.element_size()
            """,
            "it allocates the memory",
            "memory_bytes-values",
            "memory_bytes-edges",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                return np.zeros(shape, dtype=np.uint8).size * dtype.itemsize
            """,
            "it allocates the memory",
            "memory_bytes-values",
            "memory_bytes-edges",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: math.prod(shape) * 4",
            "float32 takes 4 bytes, but not every dtype does",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: math.prod(shape) * dtype.itemsize * 8",
            "those are bits",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: np.prod(shape) * dtype.itemsize",
            "a NumPy integer; a Python int is asked",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: math.prod(shape) * torch.finfo(dtype).bits / 8",
            "the right number as a float",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: math.prod(shape) * torch.finfo(dtype).bits // 8",
            "finfo and iinfo know numbers of one kind only",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                return math.prod(shape) * {torch.float32: 4, torch.float64: 8}[dtype]
            """,
            "a table of dtypes is soon incomplete",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                info = torch.finfo if dtype.is_floating_point or dtype.is_complex else torch.iinfo
                return math.prod(shape) * info(dtype).bits // 8
            """,
            "finfo and iinfo know numbers of one kind only",
            "memory_bytes-values",
            "memory_bytes-contract",
        ),
        wrong(
            """
            import functools

            def memory_bytes(shape, dtype):
                return functools.reduce(lambda a, b: a * b, shape) * dtype.itemsize
            """,
            "a product over no axes starts from 1",
            "memory_bytes-values",
            "memory_bytes-contract",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                count = 1
                for axis in shape:
                    count *= max(axis, 1)
                return count * dtype.itemsize
            """,
            "an axis of length 0 leaves no element",
            "memory_bytes-values",
            "memory_bytes-contract",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                if not shape:
                    return 0
                return math.prod(shape) * dtype.itemsize
            """,
            "shape () is a single number",
            "memory_bytes-values",
            "memory_bytes-contract",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                sizes = {torch.float16: 2, torch.float32: 4, torch.float64: 8, torch.uint8: 1,
                         torch.int8: 1, torch.int16: 2, torch.int32: 4, torch.int64: 8}
                return math.prod(shape) * sizes[dtype]
            """,
            "a table of dtypes is soon incomplete",
            "memory_bytes-values",
            "memory_bytes-contract",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                print(math.prod(shape) * dtype.itemsize)
            """,
            "is there a `return`",
        ),
        wrong(
            "memory_bytes = lambda shape, dtype: int(np.prod(shape, dtype=np.int32)) * dtype.itemsize",
            "let nothing narrower do the product",
            "memory_bytes-values",
            "memory_bytes-edges",
        ),
        wrong(
            """
            def memory_bytes(shape, dtype):
                return len([0] * math.prod(shape)) * dtype.itemsize
            """,
            "it allocates the memory",
            "memory_bytes-values",
            "memory_bytes-edges",
        ),
    ),
)


def kit(**changes):
    """The source of a starter kit in which some entries differ."""
    entries = {
        "zeros": "torch.zeros(n, n)",
        "normal": "normal",
        "listed": "torch.tensor([3, 1, 2])",
        "ramp": "ramp",
        "grid": "ramp.view(2, n // 2)",
        "ones": "torch.ones_like(normal)",
        "ints": "torch.randint(0, 11, (n, n), generator=gen)",
    }
    first = changes.pop("first", "")
    normal = changes.pop("draw", "torch.randn(n, 2 * n, generator=gen)")
    ramp = changes.pop("count", "torch.arange(n)")
    lines = [f"        {key}={value}," for key, value in (entries | changes).items() if value]
    return "\n".join(
        [
            "def starter_kit(n, gen):",
            *([f"    {first}"] if first else []),
            f"    normal = {normal}",
            f"    ramp = {ramp}",
            "    return dict(",
            *lines,
            "    )\n",
        ]
    )


STARTER_KIT = Answers(
    right=(
        kit(grid="ramp.reshape(2, -1)", ones="torch.ones(n, 2 * n)"),
        code("""
            def starter_kit(n, gen):
                kit = {}
                kit["ints"] = torch.empty(n, n, dtype=torch.int64).random_(0, 11, generator=gen)
                kit["normal"] = torch.empty(n, 2 * n).normal_(generator=gen)
                kit["grid"] = torch.tensor([list(range(n // 2)), list(range(n // 2, n))])
                kit["ramp"] = kit["grid"].flatten()
                kit["zeros"] = torch.zeros(1).repeat(n, n)
                kit["ones"] = kit["normal"].new_ones(n, 2 * n)
                kit["listed"] = torch.as_tensor([3, 1, 2])
                return kit
        """),
        code("""
            class Kit:
                def __call__(self, n, gen):
                    ramp = torch.from_numpy(np.arange(n))
                    normal = torch.normal(0.0, 1.0, (n, 2 * n), generator=gen)
                    return {
                        "zeros": torch.full((n, n), 0.0), "normal": normal,
                        "listed": torch.LongTensor([3, 1, 2]), "ramp": ramp,
                        "grid": torch.as_strided(ramp, (2, n // 2), (n // 2, 1)),
                        "ones": torch.full_like(normal, 1.0),
                        "ints": torch.randint(11, (n, n), generator=gen),
                    }

            starter_kit = Kit()
        """),
        code("""
            import functools
            from collections import OrderedDict

            def build(rows, n, gen):
                ramp = torch.zeros(n, dtype=torch.long)
                for i in range(n):
                    ramp[i] = i
                return OrderedDict(
                    zeros=torch.tensor([[0.0] * n] * n),
                    normal=torch.stack([torch.randn(2 * n, generator=gen) for _ in range(n)]),
                    listed=torch.tensor((3, 1, 2)), ramp=ramp,
                    grid=ramp.unflatten(0, (rows, n // rows)), ones=torch.zeros(n, 2 * n) + 1,
                    ints=(torch.rand(n, n, generator=gen, dtype=torch.float64) * 11).long(),
                )

            starter_kit = functools.partial(build, 2)
        """),
        kit(extra="'more than was asked for'", ramp="ramp[:]", grid="ramp.detach().view(2, -1)"),
        code("""
            def starter_kit(n, gen):
                # Box and Muller's normal numbers, and integers drawn with replacement.
                u, v = torch.rand(2, n, 2 * n, generator=gen, dtype=torch.float64)
                normal = ((-2 * (1 - u).log()).sqrt() * (2 * math.pi * v).cos()).float()
                grid = (torch.ones(n, dtype=torch.int64).cumsum(0) - 1).view(2, n // 2)
                ints = torch.multinomial(torch.ones(11), n * n, replacement=True, generator=gen)
                return dict(
                    zeros=torch.zeros(n, n), normal=normal, listed=torch.tensor([3, 1, 2]),
                    ramp=grid.view(-1), grid=grid, ones=torch.ones(normal.shape), ints=ints.view(n, n),
                )
        """),
    ),
    wrong=(
        wrong(
            kit(draw="torch.rand(n, 2 * n, generator=gen)"),
            "rand is uniform on [0, 1), randn is normal",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(count="torch.arange(1, n + 1)"),
            "it starts at 0 and stops before n",
            "starter_kit-random",
        ),
        wrong(
            kit(draw="torch.randn(n, 2 * n)"),
            "this used the global random stream",
        ),
        wrong(
            kit(ints="torch.randint(0, 10, (n, n), generator=gen)"),
            "10 never comes up",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(ints="torch.randint(1, 11, (n, n), generator=gen)"),
            "0 never comes up",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(grid="torch.arange(n).view(2, n // 2)"),
            "it should be the same memory as ramp",
            "starter_kit-values",
            "starter_kit-random",
        ),
        wrong(
            kit(grid="ramp.view(n // 2, 2)"),
            "two rows of n/2, not n/2 rows of two",
            "starter_kit-random",
            "starter_kit-contract",
        ),
        wrong(
            kit(grid="ramp.view(n // 2, 2).T"),
            "the numbers run down the columns",
            "starter_kit-random",
        ),
        wrong(
            kit(listed="torch.Tensor([3, 1, 2])"),
            "torch.Tensor([…]) makes float32",
            "starter_kit-random",
            "starter_kit-contract",
        ),
        wrong(
            kit(ones="torch.ones(n, n)"),
            "as large as normal",
            "starter_kit-random",
            "starter_kit-contract",
        ),
        wrong(
            kit(first="gen.manual_seed(0)"),
            "another seed gives the same numbers",
            "starter_kit-values",
            "starter_kit-random",
        ),
        wrong(
            kit(first="gen = torch.Generator()"),
            "another seed gives the same numbers",
            "starter_kit-values",
            "starter_kit-random",
        ),
        wrong(
            kit(ints="(torch.rand(n, n, generator=gen) * 10).round().long()"),
            "half as often",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(ints="(torch.rand(n, n, generator=gen) * 11).int()"),
            "ints: (n, n) integers in int64 (dtype torch.int32",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(draw="(torch.rand(n, 2 * n, generator=gen) - 0.5) * 12**0.5"),
            "this is another distribution",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(draw="torch.randn(1, 2 * n, generator=gen).repeat(n, 1)"),
            "some rows or columns are copies of others",
            "starter_kit-values",
            "starter_kit-contract",
        ),
        wrong(
            kit(count="torch.arange(0.0, n)"),
            "a float anywhere in the arguments",
            "starter_kit-random",
        ),
        wrong(kit(ints=""), "has no key 'ints'"),
        *(
            wrong(kit(ints=f"torch.randint({arguments})"), "ints: the size that randint wants")
            for arguments in (
                "0, 11, n, n, generator=gen",
                "0, 11, n * n, generator=gen",
                "11, n, n, generator=gen",
                "0, 11, n, n, gen",
                "0, 11, size=n, generator=gen",
            )
        ),
        wrong(
            kit(ints="torch.randint(0, 11, (n, n), gen)"),
            "hand the generator on by name",
        ),
        wrong(
            kit(draw="torch.randn((n, 2 * n), gen)"),
            "hand the generator on by name",
        ),
        wrong(
            kit(count="torch.arange(n, generator=gen)"),
            "only what draws random numbers takes a generator",
        ),
        wrong(
            kit(grid="ramp.view(2, n/2)"),
            "n / 2 is a float, sizes are ints: n // 2",
        ),
        wrong(
            kit(grid="torch.as_strided(ramp, (2, n // 2), (n / 2, 1))"),
            "n / 2 is a float, sizes are ints: n // 2",
        ),
        wrong(
            kit(draw="torch.randn(n, 2 * n, gen)"),
            "hand the generator on by name",
        ),
        wrong(
            kit(ones="normal.fill_(1)"),
            "there are no negative numbers",
            "starter_kit-values",
        ),
        wrong(
            """
            def starter_kit(n, gen):
                state = gen.get_state()
                normal = torch.randn(n, 2 * n, generator=gen)
                ints = torch.randint(0, 11, (n, n), generator=gen)
                gen.set_state(state)
                ramp = torch.arange(n)
                return dict(
                    zeros=torch.zeros(n, n), normal=normal, listed=torch.tensor([3, 1, 2]), ramp=ramp,
                    grid=ramp.view(2, -1), ones=torch.ones_like(normal), ints=ints,
                )
            """,
            "the next kit from the same generator repeats the numbers",
            "starter_kit-values",
            "starter_kit-random",
        ),
    ),
)

PREDICT_DTYPES = predictions(
    "predict_dtypes",
    {
        "a": "'int64'",
        "b": "'float32'",
        "c": "'float32'",
        "d": "'float32'",
        "e": "'float64'",
        "f": "'int64'",
        "g": "4",
        "h": "'float64'",
    },
    spellings=[
        {"a": "torch.int64", "b": "torch.float32", "e": "torch.float64", "h": "torch.float64"},
        {"a": "'torch.int64'", "c": "'torch.float32'", "g": "4.0", "f": "' torch.int64 '"},
        {"a": "torch.long", "b": "torch.float", "e": "torch.double", "f": "'long'"},
        {"b": "'torch.float'", "h": "'double'", "g": "np.uint8(4)"},
        {"g": "(250 + 10) % 256", "c": "torch.get_default_dtype()"},
    ],
    mistakes=[
        ("a", "'torch.float32'", "float32 is the default for Python floats"),
        ("a", "torch.int32", "in twice that many bits"),
        ("a", "int", "a tuple, a number or a string, not the class int"),
        ("a", "torch.LongTensor", "not the class LongTensor"),
        ("b", "torch.tensor([0.5])", "a torch.Tensor is not asked here: write one value"),
        ("b", "'int64'", "/ is true division"),
        ("b", "torch.double", "torch goes to its *default* float"),
        ("c", "'float64'", "a Python float brings its kind"),
        ("c", "'int64'", "1.5 is of a higher kind"),
        ("d", "'torch.float64'", "a 0-d tensor does not widen"),
        ("e", "'float32'", "the wider one wins"),
        ("f", "torch.bool", "A bool could not hold"),
        ("f", "2", "2 is the value of the sum"),
        ("g", "260", "uint8 holds 0 to 255 only"),
        ("g", "255", "does not stop at its largest value"),
        ("g", "5", "there are 256 values"),
        ("g", "'error'", "'error' is text; one number is asked, without quotes"),
        ("g", "[4]", "[4] is a list; one number is asked, without brackets"),
        ("h", "'float32'", "NumPy has another default"),
        ("h", "'float'", "NumPy has another default"),
    ],
)

TO_FEATURES = Answers(
    right=(
        "to_features = lambda arr: torch.from_numpy(arr.copy()).float().clone()\n",
        code("""
            def to_features(arr):
                return torch.tensor(arr.copy(), dtype=torch.float32)
        """),
        code("""
            def to_features(arr):
                return torch.tensor(arr.tolist(), dtype=torch.float32).reshape(arr.shape)
        """),
        code("""
            def to_features(arr):
                out = torch.empty(arr.shape)
                out.numpy()[...] = arr
                return out
        """),
        code("""
            class ToFeatures:
                dtype = np.float32

                def __call__(self, arr):
                    return torch.as_tensor(arr.astype(self.dtype, copy=True, order="C"))

            to_features = ToFeatures()
        """),
        code("""
            def to_features(arr):
                copy = np.empty_like(arr, dtype=np.float32, order="C", subok=False)
                np.copyto(copy, arr, casting="unsafe")
                return torch.from_numpy(copy)
        """),
        code("""
            def to_features(arr):
                flat = torch.zeros(arr.size, dtype=torch.float32)
                for i, number in enumerate(arr.flat):
                    flat[i] = float(number)
                return flat.view(*arr.shape) if arr.shape else flat[0]
        """),
        code("""
            def to_features(arr):
                out = torch.zeros(arr.shape, dtype=torch.float32)
                for place in np.ndindex(arr.shape):
                    out[place] = float(arr[place])
                return out
        """),
    ),
    wrong=(
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr)",
            "torch keeps the dtype of the array",
        ),
        wrong(
            "to_features = lambda arr: torch.as_tensor(arr, dtype=torch.float32)",
            "the array is float32 already",
            "to_features-values",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr).float()",
            "the array is float32 already",
            "to_features-values",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr.astype(np.float32, copy=False))",
            "the array is float32 already",
            "to_features-values",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(np.asarray(arr, np.float32)).detach()",
            "the array is float32 already",
            "to_features-values",
        ),
        wrong(
            "to_features = lambda arr: torch.tensor(arr, dtype=torch.float32)",
            "torch has no negative strides",
            "to_features-values",
            "to_features-memory",
        ),
        wrong(
            "to_features = lambda arr: torch.tensor(arr)",
            "torch keeps the dtype of the array",
        ),
        wrong(
            "to_features = lambda arr: torch.tensor(arr.tolist())",
            "of ints torch makes int64",
            "to_features-memory",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr * 1.0).float()",
            "arithmetic on a 0-d array gives a lone NumPy number",
            "to_features-values",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr * 1.0)",
            "float64 is NumPy's habit",
        ),
        wrong(
            "to_features = lambda arr: torch.from_numpy(arr).float().clone()",
            "torch has no negative strides",
            "to_features-values",
            "to_features-memory",
        ),
        wrong(
            """
            def to_features(arr):
                return torch.from_numpy(np.ascontiguousarray(arr)).float().clone()
            """,
            "(np.ascontiguousarray does it) added an axis",
            "to_features-values",
        ),
        wrong(
            """
            def to_features(arr):
                if any(stride < 0 for stride in arr.strides):
                    arr = arr.copy()
                return torch.from_numpy(arr).float().clone()
            """,
            "torch warned that the array is read-only",
            "to_features-values",
            "to_features-memory",
        ),
        wrong(
            """
            def to_features(arr):
                tensor = torch.from_numpy(arr.copy())
                return tensor if tensor.dtype == torch.float32 else tensor.double()
            """,
            "float64 is NumPy's habit",
        ),
        wrong(
            "to_features = lambda arr: arr.astype(np.float32)",
            "a NumPy array came back",
        ),
        wrong(
            """
            def to_features(arr):
                copy = np.abs(arr)[::1].copy() if arr.ndim else arr.copy()
                return torch.from_numpy(copy).float()
            """,
            "go to float32 in one step",
            "to_features-memory",
            "to_features-edges",
        ),
        wrong(
            """
            def to_features(arr):
                arr *= 1.0
                return torch.from_numpy(arr.astype(np.float32))
            """,
            "do not work in the array that was given",
            "to_features-memory",
        ),
        wrong(
            """
            def to_features(arr):
                return torch.tensor([float(x) for x in arr])
            """,
            "the entries of a table are rows, not numbers",
        ),
        wrong(
            "to_features = lambda arr: torch.tensor(arr.tolist(), dtype=torch.float32)",
            "an empty array keeps its shape",
            "to_features-values",
            "to_features-memory",
        ),
        wrong(
            """
            def to_features(arr):
                flat = arr.astype(np.float32).ravel(order='K')
                return torch.from_numpy(flat).view(arr.shape)
            """,
            "for a transposed array",
            "to_features-values",
            "to_features-edges",
        ),
        wrong(
            """
            known = {}

            def to_features(arr):
                key = arr.tobytes()
                if key not in known:
                    known[key] = torch.from_numpy(np.array(arr, dtype=np.float32, order='C'))
                return known[key]
            """,
            "for a ",
            "to_features-values",
        ),
    ),
)

ROW_MAJOR_STRIDES = Answers(
    right=(
        code("""
            row_major_strides = lambda shape: tuple(
                math.prod(shape[k + 1:]) for k in range(len(shape))
            )
        """),
        code("""
            def row_major_strides(shape):
                strides = []
                step = 1
                for size in reversed(shape):
                    strides.insert(0, step)
                    step *= size
                return tuple(strides)
        """),
        code("""
            def row_major_strides(shape):
                if not shape:
                    return ()
                rest = row_major_strides(shape[1:])
                return (rest[0] * shape[1] if rest else 1,) + rest
        """),
        code("""
            import itertools

            def row_major_strides(shape):
                steps = itertools.accumulate(reversed(shape[1:]), lambda a, b: a * b, initial=1)
                return tuple(steps)[::-1] if shape else ()
        """),
        code("""
            def row_major_strides(shape):
                backwards = np.cumprod(np.array([1, *shape[:0:-1]], dtype=np.int64))
                return tuple(backwards[::-1].tolist())[: len(shape)]
        """),
        code("""
            class Walk:
                def stride(self, sizes):
                    return self.stride(sizes[1:]) * sizes[0] if sizes else 1

                def __call__(self, shape):
                    return tuple([self.stride(shape[k + 1:]) for k, _ in enumerate(shape)])

            row_major_strides = Walk().__call__
        """).replace("stride(", "step("),
        code("""
            def strides(shape):
                return torch.Size(math.prod(shape[k:]) for k in range(1, len(shape) + 1))

            def row_major_strides(shape):
                return strides(shape)
        """),
        code("""
            def row_major_strides(shape):
                rest = math.prod(shape)
                out = ()
                for size in shape:
                    rest //= size
                    out += (rest,)
                return out
        """),
    ),
    wrong=(
        wrong(
            """
            def row_major_strides(shape):
                return tuple(4 * math.prod(shape[k + 1:]) for k in range(len(shape)))
            """,
            "those are byte strides",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return tuple(math.prod(shape[k:]) for k in range(len(shape)))
            """,
            "passes over the elements of the axes after it, not its own",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return [math.prod(shape[k + 1:]) for k in range(len(shape))]
            """,
            "the right numbers in a list; a tuple is asked",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return tuple(math.prod(shape[:k]) for k in range(len(shape)))
            """,
            "that is column-major",
        ),
        wrong(
            """
            def row_major_strides(shape):
                step, strides = 1, ()
                for size in reversed(shape):
                    strides += (step,)
                    step *= size
                return strides
            """,
            "the right numbers in the reverse order",
        ),
        wrong(
            "row_major_strides = lambda shape: torch.empty(shape).stride()",
            "this asks a tensor or an array for the strides",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            "row_major_strides = lambda shape: torch.empty(shape, device='meta').stride()",
            "this asks a tensor or an array for the strides",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            """
            def row_major_strides(shape):
                array = np.empty(shape, dtype=np.int8)
                return array.strides
            """,
            "this asks a tensor or an array for the strides",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            """
            class Asks:
                def __call__(self, shape):
                    return self.of(torch.zeros(shape))

                def of(self, tensor):
                    method = torch.Tensor.stride
                    return method(tensor)

            row_major_strides = Asks()
            """,
            "this asks a tensor or an array for the strides",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            """
            def row_major_strides(shape):
                counts = torch.tensor((*shape[1:], 1)[: len(shape)], dtype=torch.int64)
                return tuple(counts.flip(0).cumprod(0).flip(0).tolist())
            """,
            "this makes a tensor",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return tuple(shape[1:]) + (1,)
            """,
            "of *all* axes after it",
        ),
        wrong(
            """
            def row_major_strides(shape):
                strides = [1]
                for size in shape[:0:-1]:
                    strides.append(strides[-1] * size)
                return tuple(reversed(strides))
            """,
            "shape () has no axes, so it has no strides either",
            "row_major_strides-values",
            "row_major_strides-contract",
        ),
        wrong(
            """
            def row_major_strides(shape):
                if not shape:
                    return ()
                return tuple(np.cumprod([1, *shape[:0:-1]])[::-1])
            """,
            "the right numbers as NumPy integers",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return tuple(
                    0 if size == 1 else math.prod(shape[k + 1:]) for k, size in enumerate(shape)
                )
            """,
            "an axis of size 1 has a stride like any other",
            "row_major_strides-contract",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return (math.prod(shape[k + 1:]) for k in range(len(shape)))
            """,
            "got a generator where a tuple is asked",
        ),
        wrong(
            """
            def row_major_strides(shape):
                return tuple(math.prod(shape) // math.prod(shape[:k]) for k in range(len(shape)))
            """,
            "passes over the elements of the axes after it, not its own",
        ),
        wrong(
            "row_major_strides = lambda shape: tuple(getattr(np.ndarray(shape, dtype='b'), 'str' + 'ides'))",
            "this makes an array of that shape",
            "row_major_strides-values",
            "row_major_strides-edges",
        ),
        wrong(
            "row_major_strides = lambda shape: np.array([math.prod(shape[k + 1:]) for k in range(len(shape))])",
            "the right numbers as an array",
        ),
    ),
)

STORAGE_POSITION = Answers(
    right=(
        code("""
            def storage_position(t, index):
                return t.storage_offset() + sum(i * s for i, s in zip(index, t.stride()))
        """),
        "storage_position = lambda t, index: t[index].storage_offset()\n",
        code("""
            def storage_position(t, index):
                start = t.untyped_storage().data_ptr()
                return (t[tuple(index)].data_ptr() - start) // t.element_size()
        """),
        code("""
            def storage_position(t, index):
                if not index:
                    return t.storage_offset()
                return storage_position(t.select(0, index[0]), index[1:])
        """),
        code("""
            def storage_position(t, index):
                steps = np.dot(np.array(index, dtype=np.int64), np.array(t.stride(), dtype=np.int64))
                return int(t.storage_offset() + steps)
        """),
        code("""
            def storage_position(t, index):
                return int(t.storage_offset() + torch.tensor(index) @ torch.tensor(t.stride()))
        """),
        code("""
            import functools

            def walk(start, t, index):
                position = t.storage_offset() + start
                for axis in range(t.ndim):
                    position += t.stride(axis) * index[axis]
                return position

            storage_position = functools.partial(walk, 0)
        """),
        code("""
            def storage_position(t, index):
                # The places themselves, walked through like t.
                size = t.untyped_storage().nbytes() // t.element_size()
                places = torch.arange(size)
                return torch.as_strided(places, t.shape, t.stride(), t.storage_offset())[index].item()
        """),
        code("""
            def storage_position(t, index):
                view = t.detach()
                for axis, i in enumerate(index):
                    view = view.narrow(axis, i, 1)
                return view.storage_offset()
        """),
    ),
    wrong=(
        wrong(
            """
            def storage_position(t, index):
                return sum(i * s for i, s in zip(index, t.stride()))
            """,
            "the view may start in the middle of its storage",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum(i * s for i, s in zip(index, t.shape))
            """,
            "by the stride of its axis, not by its size",
        ),
        wrong(
            """
            def storage_position(t, index):
                position = 0
                for i, n in zip(index, t.shape):
                    position = position * n + i
                return position
            """,
            "as if the tensor lay row by row",
        ),
        wrong(
            """
            def storage_position(t, index):
                t = t.contiguous()
                return t.storage_offset() + sum(i * s for i, s in zip(index, t.stride()))
            """,
            "as if the tensor lay row by row",
        ),
        wrong(
            """
            def storage_position(t, index):
                here = t[index].data_ptr() - t.untyped_storage().data_ptr()
                return here
            """,
            "those are bytes",
        ),
        wrong(
            """
            def storage_position(t, index):
                return (t[index].data_ptr() - t.untyped_storage().data_ptr()) // 4
            """,
            "float32 takes 4 bytes, but not every dtype does",
        ),
        wrong(
            """
            def storage_position(t, index):
                return (t[index].data_ptr() - t.data_ptr()) // t.element_size()
            """,
            "the view may start in the middle of its storage",
        ),
        wrong(
            """
            def storage_position(t, index):
                return 1 + t.storage_offset() + sum(i * s for i, s in zip(index, t.stride()))
            """,
            "positions count from 0",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum((i + 1) * s for i, s in zip(index, t.stride()))
            """,
            "nothing is to be added to it",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum((i - 1) * s for i, s in zip(index, t.stride()))
            """,
            "nothing is to be taken from it",
        ),
        wrong(
            "storage_position = lambda t, index: t[index].item()",
            "that is the number that is stored there",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum(i * s for i, s in zip(index, t.stride))
            """,
            "stride and storage_offset are methods",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset + sum(i * s for i, s in zip(index, t.stride()))
            """,
            "stride and storage_offset are methods",
        ),
        wrong(
            "storage_position = lambda t, index: sum(t.stride[k] * i for k, i in enumerate(index))",
            "stride and storage_offset are methods",
        ),
        wrong(
            "storage_position = lambda t, index: int(t[index])",
            "that is the number that is stored there",
        ),
        wrong(
            """
            def storage_position(t, index):
                storage = torch.tensor([], dtype=t.dtype).set_(t.untyped_storage()).tolist()
                return storage.index(t[index].item())
            """,
            "that is the first place with an equal number",
        ),
        wrong(
            """
            def storage_position(t, index):
                steps = torch.tensor(index) * torch.tensor(t.stride())
                return t.storage_offset() + steps.sum()
            """,
            "the right number inside a tensor",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum(i * s for i, s in zip(index, t.stride()[::-1]))
            """,
            "in the order of the index",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + np.dot(index, t.stride())
            """,
            "the right number as a NumPy integer",
        ),
        wrong(
            """
            def storage_position(t, index):
                return t.storage_offset() + sum(i * max(s, 1) for i, s in zip(index, t.stride()))
            """,
            "an expanded axis repeats one number",
            "storage_position-values",
            "storage_position-contract",
        ),
        wrong(
            """
            def storage_position(t, index):
                offset = t.storage_offset() * t.element_size()
                return offset + sum(i * s for i, s in zip(index, t.stride()))
            """,
            "the offset in bytes and the steps in elements",
        ),
        wrong(
            """
            def storage_position(t, index):
                t[index] = 99
                return torch.tensor([], dtype=t.dtype).set_(t.untyped_storage()).tolist().index(99)
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            "storage_position = lambda t, index: t[index].storage_offset() if index else 0",
            "the view may start in the middle of its storage",
            "storage_position-values",
            "storage_position-views",
        ),
    ),
)

FLATTEN_BATCH = Answers(
    right=(
        "flatten_batch = lambda x: x.flatten(1)\n",
        "flatten_batch = torch.nn.Flatten()\n",
        code("""
            import functools

            flatten_batch = functools.partial(torch.flatten, start_dim=1)
        """),
        code("""
            def flatten_batch(x):
                return x.reshape(x.shape[0], math.prod(x.shape[1:]))
        """),
        code("""
            def flatten_batch(x):
                while x.ndim > 2:
                    x = x.flatten(-2)
                return x
        """),
        code("""
            class Flatten(torch.nn.Module):
                def forward(self, x):
                    size = 1
                    for axis in x.size()[1:]:
                        size = size * axis
                    return x.contiguous().view(len(x), size)

            flatten_batch = Flatten()
        """),
        code("""
            def flatten_batch(x):
                array = x.numpy()
                return torch.from_numpy(array.reshape(array.shape[0], int(np.prod(array.shape[1:]))))
        """),
        code("""
            def flatten_batch(x):
                return x if x.ndim == 2 else flatten_batch(x.flatten(1, 2))
        """),
        code("""
            def flatten_batch(x):
                try:
                    return x.view(x.shape[0], math.prod(x.shape[1:]))
                except RuntimeError:
                    return torch.stack([item.flatten() for item in x])
        """),
    ),
    wrong=(
        wrong(
            "flatten_batch = lambda x: x.flatten()",
            "this also melts the batch axis",
        ),
        wrong(
            "flatten_batch = lambda x: x.reshape(x.shape[0], -1)",
            "with 0 items torch cannot work out what -1",
            "flatten_batch-values",
            "flatten_batch-memory",
        ),
        wrong(
            "flatten_batch = lambda x: x.reshape(-1, 28 * 28)",
            "this size fits one kind of image only",
        ),
        wrong(
            "flatten_batch = lambda x: x.view(x.shape[0], math.prod(x.shape[1:]))",
            "view refuses here",
            "flatten_batch-values",
            "flatten_batch-edges",
        ),
        wrong(
            "flatten_batch = lambda x: x",
            "that is the shape of the input: nothing was flattened",
        ),
        wrong(
            "flatten_batch = lambda x: x.flatten(2)",
            "which axis comes right after the batch",
        ),
        wrong(
            "flatten_batch = lambda x: x.flatten(0, 1)",
            "the batch axis was merged with the next",
        ),
        wrong(
            "flatten_batch = lambda x: x.flatten(1).clone()",
            "right numbers, but copied",
            "flatten_batch-values",
            "flatten_batch-edges",
        ),
        wrong(
            """
            def flatten_batch(x):
                return torch.stack([item.reshape(-1) for item in x])
            """,
            "there are no items to stack or join",
            "flatten_batch-values",
        ),
        wrong(
            """
            def flatten_batch(x):
                return x.reshape(math.prod(x.shape[1:]), x.shape[0]).T
            """,
            "each row mixes numbers of several items",
        ),
        wrong(
            "flatten_batch = lambda x: x.reshape(x.shape[0], x.shape[1] * x.shape[2])",
            "this size fits one kind of image only",
        ),
        wrong(
            "flatten_batch = lambda x: x.flatten(1).float()",
            "dtype torch.float32, expected torch.int64",
        ),
        wrong(
            """
            def flatten_batch(x):
                if x.numel() == 0:
                    return x.reshape(0, 0)
                return x.flatten(1)
            """,
            "does not depend on how many items there are",
            "flatten_batch-values",
            "flatten_batch-memory",
        ),
        wrong(
            """
            def flatten_batch(x):
                x = x.contiguous()
                size = x.stride(0)
                return x.as_strided((x.shape[0], size), (size, 1))
            """,
            "as_strided believes whatever numbers it is given",
            "flatten_batch-values",
            "flatten_batch-memory",
        ),
        wrong(
            """
            def flatten_batch(x):
                size = math.prod(x.shape[1:])
                return torch.as_strided(x, (x.shape[0], size), (size, 1), x.storage_offset())
            """,
            "as they are indexed, not as they lie in memory",
            "flatten_batch-values",
            "flatten_batch-edges",
        ),
        wrong(
            """
            def flatten_batch(x):
                x.resize_(x.shape[0], math.prod(x.shape[1:]))
                return x
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            "flatten_batch = lambda x: x.squeeze().flatten(1)",
            "the batch axis was merged with the next",
            "flatten_batch-edges",
            "flatten_batch-memory",
        ),
        wrong(
            "flatten_batch = lambda x: x.reshape(len(x), x[0].numel())",
            "an empty batch has no first item",
            "flatten_batch-values",
            "flatten_batch-memory",
        ),
        wrong(
            "flatten_batch = lambda x: x.transpose(1, -1).flatten(1)",
            "each item is read column by column",
            "flatten_batch-edges",
        ),
    ),
)

SAME_MEMORY = Answers(
    right=(
        code("""
            def same_memory(a, b):
                return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
        """),
        code("""
            def start(t):
                return t.data_ptr() - t.storage_offset() * t.element_size()

            same_memory = lambda a, b: start(a) == start(b)
        """),
        "same_memory = lambda a, b: a.untyped_storage()._cdata == b.untyped_storage()._cdata\n",
        code("""
            def same_memory(*tensors):
                return len({t.untyped_storage().data_ptr() for t in tensors}) == 1
        """),
        code("""
            import operator

            class Same:
                place = operator.methodcaller("untyped_storage")

                def __call__(self, a, b):
                    return bool(self.place(a).data_ptr() == self.place(b).data_ptr())

            same_memory = Same()
        """),
        code("""
            def same_memory(a, b):
                def span(t):
                    storage = t.untyped_storage()
                    return range(storage.data_ptr(), storage.data_ptr() + storage.nbytes())

                first, second = span(a), span(b)
                return max(first.start, second.start) < min(first.stop, second.stop)
        """),
        code("""
            def same_memory(a, b):
                # Both storages as rows of bytes: such tensors start where their storage starts.
                whole = [torch.empty(0, dtype=torch.uint8).set_(t.untyped_storage()) for t in (a, b)]
                return whole[0].data_ptr() == whole[1].data_ptr()
        """),
        "same_memory = lambda a, b: torch._C._is_alias_of(a, b)\n",
    ),
    wrong=(
        *(
            wrong(text, "the exercise is to write this helper")
            for text in (
                "same_memory = checks.same_storage",
                "same_memory = lambda a, b: checks.same_storage(a, b)",
                "from gradschool.checks import same_storage as f\nsame_memory = lambda a, b: f(a, b)",
                "def same_memory(a, b):\n    return checks.same_storage(a, b)",
                "import functools\nsame_memory = functools.partial(checks.same_storage)",
            )
        ),
        wrong(
            "same_memory = lambda a, b: a is b",
            "x and x.view(2, 3) live in one storage",
            "same_memory-contract",
        ),
        wrong(
            "same_memory = lambda a, b: a.shape == b.shape and torch.equal(a, b)",
            "x and x.view(2, 3) live in one storage",
        ),
        wrong(
            "same_memory = lambda a, b: bool(np.shares_memory(a.numpy(), b.numpy()))",
            "share no element, but they share a storage",
            "same_memory-values",
        ),
        wrong(
            "same_memory = lambda a, b: np.may_share_memory(a.detach().numpy(), b.detach().numpy())",
            "share no element, but they share a storage",
            "same_memory-values",
        ),
        wrong(
            "same_memory = lambda a, b: a.data_ptr() == b.data_ptr()",
            "x and x[2:] live in one storage",
            "same_memory-contract",
        ),
        wrong(
            "same_memory = lambda a, b: a == b",
            "a tensor came back",
        ),
        wrong(
            "same_memory = lambda a, b: id(a) == id(b)",
            "x and x.view(2, 3) live in one storage",
            "same_memory-contract",
        ),
        wrong(
            "same_memory = lambda a, b: a.is_set_to(b)",
            "x and x.view(2, 3) live in one storage",
            "same_memory-contract",
        ),
        wrong(
            """
            def same_memory(a, b):
                base = lambda t: t if t._base is None else t._base
                return base(a) is base(b)
            """,
            "for x and its detached twin the answer is True",
            "same_memory-contract",
        ),
        wrong(
            """
            def same_memory(a, b):
                before = b.clone()
                a.fill_(1 - a.flatten()[0])
                return not torch.equal(before, b)
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            "same_memory = lambda a, b: set(a.flatten().tolist()) & set(b.flatten().tolist()) != set()",
            "hold equal numbers in different memory",
            "same_memory-siblings",
        ),
        wrong(
            """
            def same_memory(a, b):
                if a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr():
                    return True
            """,
            "the answer is False, not None",
            "same_memory-siblings",
        ),
        wrong(
            """
            def same_memory(a, b):
                return a.untyped_storage().tolist() == b.untyped_storage().tolist()
            """,
            "hold equal numbers in different memory",
            "same_memory-siblings",
        ),
        wrong(
            """
            def same_memory(a, b):
                inside = lambda p, t: 0 <= p - t.data_ptr() < t.numel() * t.element_size()
                return inside(a.data_ptr(), b) or inside(b.data_ptr(), a)
            """,
            "share no element, but they share a storage",
            "same_memory-values",
            "same_memory-contract",
        ),
        wrong(
            "same_memory = lambda a, b: a.storage_offset() == b.storage_offset()",
            "x and x[2:] live in one storage",
        ),
        wrong(
            """
            def same_memory(a, b):
                pointers = [t.untyped_storage().data_ptr() for t in (a, b)]
                return np.equal(*pointers)
            """,
            "got a numpy.bool where a bool is asked",
        ),
        wrong(
            """
            def same_memory(a, b):
                one = a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
                return one and a.dtype == b.dtype
            """,
            "for the same bytes seen in another dtype",
            "same_memory-values",
            "same_memory-contract",
        ),
        wrong(
            """
            def same_memory(a, b):
                start = lambda t: t.data_ptr() - t.storage_offset() * 8
                return start(a) == start(b)
            """,
            "the answer is True",
            "same_memory-contract",
        ),
    ),
)

LINEAR_LAYER = Answers(
    right=(
        "linear_layer = lambda X, W, b: X @ W.T + b\n",
        "linear_layer = torch.nn.functional.linear\n",
        "linear_layer = lambda X, W, b: torch.addmm(b, X, W.t())\n",
        "linear_layer = lambda X, W, b: torch.einsum('ni,oi->no', X, W).add(b)\n",
        code("""
            def linear_layer(X, W, b):
                return (W @ X.T + b.unsqueeze(1)).transpose(0, 1)
        """),
        code("""
            def linear_layer(X, W, b):
                return (X[:, None, :] * W[None]).sum(dim=-1) + b[None, :]
        """),
        code("""
            class Layer:
                def __call__(self, X, W, b):
                    # A feature that is always 1 carries the shifts.
                    ones = X.new_ones(X.shape[0], 1)
                    return torch.cat([X, ones], 1) @ torch.cat([W, b[:, None]], 1).T

            linear_layer = Layer()
        """),
        code("""
            def linear_layer(X, W, b):
                return torch.from_numpy(X.numpy() @ W.numpy().transpose() + b.numpy())
        """),
        code("""
            linear_layer = lambda X, W, b: torch.func.vmap(lambda x: W @ x + b)(X) if len(X) else X.new_empty(0, len(b))
        """),
        code("""
            def linear_layer(X, W, b):
                layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=X.dtype)
                with torch.no_grad():
                    layer.weight.copy_(W)
                    layer.bias.copy_(b)
                    return layer(X)
        """),
    ),
    wrong=(
        wrong(
            "linear_layer = lambda X, W, b: X @ W + b",
            "the inner sizes do not agree",
        ),
        wrong(
            "linear_layer = lambda X, W, b: W @ X + b",
            "the inner sizes do not agree",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.T",
            "the bias is missing",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                return X @ (W.T if X.shape[1] != W.shape[0] else W) + b
            """,
            "with a square W the shapes agree",
            "linear_layer-values",
            "linear_layer-contract",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                out = X @ W.T
                return out + (b[:, None] if out.shape[0] == len(b) else b)
            """,
            "they belong to the columns",
            "linear_layer-values",
            "linear_layer-contract",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.T + b[:, None]",
            "the shapes do not line up",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.T + b.unsqueeze(1)",
            "b belongs to the last axis",
        ),
        wrong(
            "linear_layer = lambda X, W, b: (W @ X.T + b).T",
            "b belongs to the last axis",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.reshape(X.shape[1], -1) + b",
            "it does not turn rows into columns: a transpose does",
            "linear_layer-contract",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.view(W.shape[1], W.shape[0]) + b",
            "it does not turn rows into columns: a transpose does",
            "linear_layer-contract",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X * W + b",
            "the shapes do not line up",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                return torch.stack([W @ x + b for x in X])
            """,
            "there are no items to stack",
            "linear_layer-values",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                out = X.new_zeros(len(X), len(W))
                for r in range(len(X)):
                    out[r] = W @ X[r] + b
                return out
            """,
            "no Python loop over the items or the outputs",
            "linear_layer-values",
            "linear_layer-square",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                return torch.stack([X @ w + shift for w, shift in zip(W, b)], dim=1)
            """,
            "no Python loop over the items or the outputs",
            "linear_layer-values",
            "linear_layer-square",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                rows = [
                    [sum(w * x for w, x in zip(ws, xs)) + shift for ws, shift in zip(W.tolist(), b.tolist())]
                    for xs in X.tolist()
                ]
                return torch.tensor(rows, dtype=X.dtype).reshape(len(X), len(W))
            """,
            "no Python loop over the items or the outputs",
            "linear_layer-values",
            "linear_layer-square",
        ),
        wrong(
            "linear_layer = lambda X, W, b: (W @ X.T + b[:, None])",
            "items are rows",
        ),
        wrong(
            "linear_layer = lambda X, W, b: (X.float() @ W.float().T + b.float())",
            "float64 went in",
            "linear_layer-contract",
        ),
        wrong(
            "linear_layer = lambda X, W, b: torch.relu(X @ W.T + b)",
            "no activation is asked",
            "linear_layer-contract",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                out = X @ W.T
                out += b
                W.zero_()
                return out
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            "linear_layer = lambda X, W, b: X @ W.T - b",
            "the bias is added, not subtracted",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                layer = torch.nn.Linear(X.shape[1], W.shape[0])
                return layer(X)
            """,
            "the value at index [0, 0] is",
        ),
        wrong(
            """
            def linear_layer(X, W, b):
                rows = [W.numpy() @ x + b.numpy() for x in X.numpy()]
                return torch.from_numpy(np.array(rows, dtype=X.numpy().dtype).reshape(len(X), len(b)))
            """,
            "no Python loop over the items",
            "linear_layer-values",
            "linear_layer-square",
        ),
        wrong(
            "linear_layer = lambda X, W, b: (X @ W.T + b).squeeze()",
            "an axis of size 1 is an axis",
            "linear_layer-contract",
        ),
        wrong(
            "linear_layer = lambda X, W, b: torch.bmm(X, W.T) + b",
            "bmm is for stacks of matrices",
        ),
    ),
)

TRACE_OF_PRODUCT = Answers(
    right=(
        "trace_of_product = lambda A, B: (A * B.T).sum()\n",
        "trace_of_product = lambda A, B: torch.einsum('ij,ji->', A, B)\n",
        code("""
            import functools

            trace_of_product = functools.partial(torch.einsum, "ij,ji")
        """),
        "trace_of_product = lambda A, B: torch.dot(A.reshape(-1), B.T.reshape(-1))\n",
        "trace_of_product = lambda A, B: torch.tensordot(A, B, dims=([0, 1], [1, 0]))\n",
        code("""
            def trace_of_product(A, B):
                return sum(A[i] @ B[:, i] for i in range(A.shape[0]))
        """),
        code("""
            class Trace:
                def __call__(self, A, B):
                    m, n = A.shape
                    # One inner product of length n for each of the m diagonal entries.
                    return torch.bmm(A.view(m, 1, n) if A.is_contiguous() else A[:, None], B.T[:, :, None]).sum()

            trace_of_product = Trace()
        """),
        code("""
            def trace_of_product(A, B):
                total = torch.zeros((), dtype=A.dtype)
                for i in range(A.shape[0]):
                    for j in range(A.shape[1]):
                        total = total + A[i, j] * B[j, i]
                return total
        """),
        code("""
            def trace_of_product(A, B):
                return torch.from_numpy(np.asarray(np.einsum("ij,ji->", A.numpy(), B.numpy())))
        """),
        code("""
            def trace_of_product(A, B):
                return torch.inner(A.flatten(), B.mT.flatten())
        """),
        code("""
            def trace_of_product(A, B):
                return torch.vmap(torch.dot, in_dims=(0, 1))(A, B).sum()
        """),
        code("""
            def trace_of_product(A, B):
                terms = (a * b for r, c in zip(A.tolist(), B.T.tolist()) for a, b in zip(r, c))
                return torch.tensor(sum(terms), dtype=A.dtype)
        """),
    ),
    wrong=(
        wrong(
            "trace_of_product = lambda A, B: torch.trace(A @ B)",
            "forms the whole m × m product",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A @ B).sum()",
            "the sum of all entries of AB",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A * B).sum()",
            "one of them must be turned",
        ),
        wrong(
            "trace_of_product = lambda A, B: A.flatten() @ B.flatten()",
            "A_ij meets B_ji",
            "trace_of_product-cost",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A * B.T).sum().item()",
            "as a Python number; a 0-d tensor is asked",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A * B.T).sum(dim=0).sum(dim=0, keepdim=True)",
            "in a tensor of one entry",
        ),
        wrong(
            "trace_of_product = lambda A, B: torch.einsum('ij,jk->', A, B)",
            "the sum of all entries of AB",
        ),
        wrong(
            "trace_of_product = lambda A, B: torch.einsum('ij,jk->ii', A, B)",
            "in einsum one letter stands for one axis",
        ),
        wrong(
            "trace_of_product = lambda A, B: torch.trace(A) * torch.trace(B)",
            "is not the product of the traces",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A * B.T).sum(dim=1)",
            "that is the diagonal; the trace is its sum",
        ),
        wrong(
            """
            def trace_of_product(A, B):
                return torch.stack([(A[i] @ B)[i] for i in range(A.shape[0])]).sum()
            """,
            "whole rows of AB to keep one entry of each",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            """
            def trace_of_product(A, B):
                if A.shape[0] <= A.shape[1]:
                    return torch.trace(A @ B)
                return torch.trace(B @ A)
            """,
            "which takes more than O(mn) time",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            """
            def trace_of_product(A, B):
                rows, columns = A.tolist(), B.T.tolist()
                product = [[sum(a * b for a, b in zip(r, c)) for c in columns] for r in rows]
                return torch.tensor(sum(product[i][i] for i in range(len(rows))), dtype=A.dtype)
            """,
            "forms the whole m × m product",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            """
            def trace_of_product(A, B):
                return torch.tensor(np.asarray(A).dot(np.asarray(B)).trace())
            """,
            "forms the whole m × m product",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            "trace_of_product = lambda A, B: torch.tensor(np.trace(A.numpy() @ B.numpy()))",
            "forms the whole m × m product",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A.float() * B.T.float()).sum().to(A.dtype)",
            "do not go through float32, where digits are lost",
            "trace_of_product-values",
            "trace_of_product-cost",
        ),
        wrong(
            "trace_of_product = lambda A, B: torch.diagonal(B @ A).sum()",
            "which takes more than O(mn) time",
            "trace_of_product-values",
            "trace_of_product-edges",
        ),
        wrong(
            "trace_of_product = lambda A, B: A.reshape(-1) @ B.T.view(-1)",
            "view refuses it: reshape copies when it must",
        ),
        wrong(
            "trace_of_product = lambda A, B: (A.float() * B.T).sum()",
            "do not go through float32, where digits are lost",
            "trace_of_product-values",
            "trace_of_product-cost",
        ),
    ),
)

EXACT_MEAN = Answers(
    right=(
        "exact_mean = lambda x: x.double().mean().item()\n",
        "exact_mean = lambda x: float(torch.mean(x, dtype=torch.float64))\n",
        code("""
            def exact_mean(x):
                numbers = x.flatten().tolist()
                return math.fsum(numbers) / len(numbers) if numbers else math.nan
        """),
        code("""
            def exact_mean(x):
                total = 0.0
                for number in x.reshape(-1).tolist():
                    total += number
                return total / x.numel() if x.numel() > 0 else float("nan")
        """),
        code("""
            def exact_mean(x):
                array = x.to(torch.float64).numpy()
                return array.mean() if array.size else np.nan
        """),
        code("""
            class Mean:
                def __call__(self, x):
                    total, count = x.sum(dtype=torch.float64), torch.tensor(x.numel()).double()
                    return (total / count).item()

            exact_mean = Mean()
        """),
        code("""
            import functools
            import statistics

            def mean_of(nothing, x):
                return statistics.fmean(x.flatten().tolist()) if x.numel() else nothing

            exact_mean = functools.partial(mean_of, float("nan"))
        """),
        code("""
            from fractions import Fraction

            def exact_mean(x):
                numbers = [Fraction(number) for number in x.flatten().tolist()]
                return float(sum(numbers) / len(numbers)) if numbers else math.nan
        """),
        code("""
            def exact_mean(x):
                mean = 0.0
                for k, number in enumerate(x.flatten().double().tolist(), 1):
                    mean += (number - mean) / k
                return mean if x.numel() else math.nan
        """),
    ),
    wrong=(
        wrong(
            "exact_mean = lambda x: x.mean().item()",
            "float32 has 24 significant bits",
        ),
        wrong(
            "exact_mean = lambda x: x.float().mean().item()",
            "float32 has 24 significant bits",
            "exact_mean-edges",
        ),
        wrong(
            "exact_mean = lambda x: x.double().sum().item() / x.numel()",
            "the mean of nothing is nan",
            "exact_mean-values",
            "exact_mean-dtypes",
        ),
        wrong(
            "exact_mean = lambda x: x.double().mean()",
            "a tensor came back",
        ),
        wrong(
            "exact_mean = lambda x: x.mean().double().item()",
            "float32 has 24 significant bits",
        ),
        wrong(
            """
            def exact_mean(x):
                if not x.is_floating_point():
                    x = x.double()
                return x.mean().double().item()
            """,
            "float32 has 24 significant bits",
            "exact_mean-edges",
        ),
        wrong(
            """
            def exact_mean(x):
                if x.dtype in (torch.float32, torch.float64):
                    return x.double().mean().item()
                return (x.sum() / x.numel()).item()
            """,
            "the integer 2²⁴ + 1 does not survive",
            "exact_mean-edges",
        ),
        wrong(
            """
            def exact_mean(x):
                if x.numel() == 0:
                    return math.nan
                return x.sum().item() / x.numel()
            """,
            "float32 has 24 significant bits",
            "exact_mean-edges",
        ),
        wrong(
            """
            def exact_mean(x):
                if x.numel() == 0:
                    return 0.0
                return x.double().mean().item()
            """,
            "0 would be a claim",
            "exact_mean-values",
            "exact_mean-dtypes",
        ),
        wrong(
            "exact_mean = lambda x: x.double().sum().item() / max(x.numel(), 1)",
            "0 would be a claim",
            "exact_mean-values",
            "exact_mean-dtypes",
        ),
        wrong(
            "exact_mean = lambda x: x.double().mean(dim=0).item()",
            "a mean over one axis leaves several numbers",
        ),
        wrong(
            "exact_mean = lambda x: float(sum(x.double()) / len(x))",
            "a mean over one axis leaves several numbers",
        ),
        wrong(
            "exact_mean = lambda x: x.double().mean(-1).flatten()[0].item()",
            "that is the mean of the first row",
            "exact_mean-dtypes",
        ),
        wrong(
            "exact_mean = lambda x: x.double().mean(0).item()",
            "a mean over one axis leaves several numbers",
        ),
        wrong(
            """
            def exact_mean(x):
                return float(np.mean(x.numpy(), dtype=np.float64))
            """,
            "NumPy has no bfloat16",
            "exact_mean-values",
            "exact_mean-edges",
        ),
        wrong(
            """
            def exact_mean(x):
                if len(x) == 0:
                    return math.nan
                return x.double().mean().item()
            """,
            "a 0-d tensor has no len()",
            "exact_mean-values",
            "exact_mean-dtypes",
        ),
        wrong(
            "exact_mean = lambda x: x.double().median().item()",
            "that is the median",
        ),
        wrong(
            """
            def exact_mean(x):
                if x.dtype == torch.float16:
                    return (x.sum() / x.numel()).item()
                return x.double().mean().item()
            """,
            "larger than the largest float16",
            "exact_mean-values",
            "exact_mean-edges",
        ),
        wrong(
            "exact_mean = lambda x: str(x.double().mean().item())",
            "a str came back; a Python float is asked",
        ),
        wrong(
            """
            def exact_mean(x):
                torch.set_default_dtype(torch.float64)
                return torch.mean(x.to(torch.get_default_dtype())).float().item()
            """,
            "float32 has 24 significant bits",
            "exact_mean-edges",
        ),
        wrong(
            "exact_mean = lambda x: x.float().double().mean().item()",
            "the integer 2²⁴ + 1 does not survive",
            "exact_mean-edges",
        ),
        wrong(
            "exact_mean = lambda x: x.double().sum().item() / len(x) if len(x) else math.nan",
            "len(x) is the length of the first axis only",
        ),
        wrong(
            "exact_mean = lambda x: np.float32(x.double().mean().item())",
            "a numpy.float32 came back",
        ),
    ),
)

# Good and poor ones, as a class hands them in: a person grades them.
EXPLAIN_VIEWS = Written(
    texts=(
        code("""
            A list slice copies the three items, so there are two lists. A tensor slice is a *view*: a new offset
            and shape over the same storage, so `a` and `b` show the same numbers. Before writing, ask
            `a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()`. For example `r = m[1]` is a view of
            `m`, and `r[0] = 7` changes `m[1, 0]`; `m[[1]]` is a copy, and a write to it changes nothing in `m`.
        """),
        code("""
            Lists copy when you slice them and tensors do not. Both names look at one block of memory. You can
            compare `a.data_ptr()` and `b.data_ptr()`. Example: `x.T` shares memory with `x`.
        """),
        "Because `b` is a pointer to `a`. I would print both and see if they are equal.",
        code("""
            Like two windows in the wall of one room: move the lamp, and you see it through both. A list would
            build a second room. `b._base is a` tells which room a window belongs to.

            With `t = torch.arange(6)` and `u = t.reshape(2, 3)`, `u[0, 0] = 9` also changes `t[0]`, but after
            `u = t.reshape(2, 3).clone()` it does not.
        """),
        "It is a bug in torch, use `.clone()` always.",
    )
)

ANSWERS = {
    "predict_shapes": PREDICT_SHAPES,
    "memory_bytes": MEMORY_BYTES,
    "starter_kit": STARTER_KIT,
    "predict_dtypes": PREDICT_DTYPES,
    "to_features": TO_FEATURES,
    "row_major_strides": ROW_MAJOR_STRIDES,
    "storage_position": STORAGE_POSITION,
    "flatten_batch": FLATTEN_BATCH,
    "same_memory": SAME_MEMORY,
    "explain_views": EXPLAIN_VIEWS,
    "linear_layer": LINEAR_LAYER,
    "trace_of_product": TRACE_OF_PRODUCT,
    "exact_mean": EXACT_MEAN,
}
