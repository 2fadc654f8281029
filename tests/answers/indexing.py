"""Right and wrong answers to the exercises of `source/indexing/indexing.ipynb`.

`Wrong.hint` is a piece of the line that the first failing test cell shows; `Wrong.passes` are the
test cells that the answer passes all the same.
"""

from gradschool.classroom.answers import Answers, code, predictions, wrong

PREDICT_SELECTION = predictions(
    "predict_selection",
    {
        "a": "7",
        "b": "[10, 11, 12, 13, 14]",
        "c": "[3, 8, 13, 18]",
        "d": "[[7, 8, 9], [12, 13, 14]]",
        "e": "[15, 17, 19]",
        "f": "[1, 19]",
        "g": "(1, 5)",
        "h": "9",
    },
    spellings=[
        {"b": "(10, 11, 12, 13, 14)", "d": "((7, 8, 9), (12, 13, 14))", "g": "[1, 5]"},
        {"a": "7.0", "b": "list(range(10, 15))", "c": "list(range(3, 19, 5))", "h": "19 - 11 + 1"},
        {"b": "torch.arange(10, 15)", "f": "torch.tensor([1, 19])", "g": "torch.Size([1, 5])"},
        {"a": "np.int64(7)", "d": "np.array([[7, 8, 9], [12, 13, 14]])", "e": "(15., 17., 19.)"},
        {"a": "torch.tensor(7)", "d": "[(7, 8, 9), (12, 13, 14)]", "h": "len(range(11, 20))"},
    ],
    mistakes=[
        ("a", "1", "counting starts at 0"),
        ("a", "6", "columns count from 0 too"),
        ("a", "11", "the first index is the row"),
        ("a", "[7]", "[7] is a list; one number is asked, without brackets"),
        ("a", "[5, 6]", "two integers pick one number"),
        ("a", "'7'", "'7' is text; one number is asked, without quotes"),
        ("b", "[5, 6, 7, 8, 9]", "row 2 is the third row"),
        ("b", "[2, 7, 12, 17]", "that is a column"),
        ("b", "[[10, 11, 12, 13, 14]]", "one row alone has one pair of brackets"),
        ("b", "[10, 11, 12, 13]", "the last one too"),
        ("b", "(5,)", "that is the shape"),
        ("c", "[2, 7, 12, 17]", "column 3 is the fourth"),
        ("c", "[15, 16, 17, 18, 19]", "that is row 3"),
        ("c", "[[3], [8], [13], [18]]", "lies flat, with one pair of brackets"),
        ("c", "[4, 9, 14, 19]", "not the last"),
        ("d", "[[7, 8, 9], [12, 13, 14], [17, 18, 19]]", "the stop is left out"),
        ("d", "[[1, 2, 3], [6, 7, 8]]", "counting starts at 0"),
        ("d", "[7, 8, 9, 12, 13, 14]", "two slices leave two axes"),
        ("d", "[[11, 12], [16, 17]]", "rows first"),
        ("d", "[[7, 8], [12, 13]]", "2:5 are the columns 2, 3 and 4"),
        ("e", "[15, 16, 17, 18, 19]", "the step is missing"),
        ("e", "[15, 16]", "not a stop at 2"),
        ("e", "[16, 18]", "without a start, a slice begins at 0"),
        ("e", "[19, 17, 15]", "it does not reverse anything"),
        ("e", "[4, 14]", "not the last column"),
        ("e", "[15, 17]", "runs to the end"),
        ("f", "[[1, 4], [16, 19]]", "zipped into the pairs (0, 1) and (3, 4)"),
        ("f", "[3, 9]", "neither is an address"),
        ("f", "[1, 4, 16, 19]", "that is every row with every column"),
        ("f", "[[0, 1, 2, 3, 4], [15, 16, 17, 18, 19]]", "those are whole rows"),
        ("f", "[2, 20]", "[2, 20] is not what the code gives"),
        ("g", "(5,)", "a slice keeps its axis"),
        ("g", "(2, 5)", "2:3 is row 2 alone"),
        ("g", "(4, 1)", "it takes rows"),
        ("g", "5", "5 does not fit; a tuple is asked"),
        ("g", "[[10, 11, 12, 13, 14]]", "what is the shape?"),
        ("h", "10", "> is strict"),
        ("h", "20", "the mask has twenty entries"),
        ("h", "list(range(11, 20))", "how many are there?"),
        ("h", "(9,)", "a count is a number"),
        ("h", "True", "True is not what the code gives"),
    ],
)

REVERSE_ROWS = Answers(
    right=(
        "reverse_rows = lambda A: torch.flip(A, [0])\n",
        code("""
            def reverse_rows(A):
                return A[torch.arange(len(A) - 1, -1, -1)]
        """),
        code("""
            def reverse_rows(A):
                return A[[n for n in range(A.shape[0])][::-1]]
        """),
        code("""
            def reverse_rows(A):
                return A.index_select(0, torch.arange(A.size(0)).flip(0))
        """),
        code("""
            def reverse_rows(A):
                out = torch.empty_like(A)
                for i in range(len(A)):
                    out[i] = A[-1 - i]
                return out
        """),
        "reverse_rows = reversed\n",
        "from torch import flipud as reverse_rows\n",
        code("""
            class Reverse:
                axis = 0

                def __call__(self, A):
                    places = -torch.arange(1, A.shape[self.axis] + 1)
                    return A[places]

            reverse_rows = Reverse()
        """),
        code("""
            def reverse_rows(A):
                # The last rows first, half by half.
                if len(A) < 2:
                    return A.clone()
                half = len(A) // 2
                return torch.cat([reverse_rows(A[half:]), reverse_rows(A[:half])])
        """),
    ),
    wrong=(
        wrong("reverse_rows = lambda A: A[::-1]", "torch slices walk forwards only"),
        wrong(
            "reverse_rows = lambda A: A.flip((0, 1))",
            "that reverses both axes",
        ),
        wrong("reverse_rows = lambda A: A.flip(1)", "that reverses each row in itself"),
        wrong("reverse_rows = lambda A: A.T.flip(0)", "transposing is not reversing"),
        wrong("reverse_rows = lambda A: A.T", "transposing is not reversing"),
        wrong("reverse_rows = lambda A: A.flip()", "flip must be told which axes"),
        wrong("reverse_rows = lambda A: torch.flip(A, 0)", "flip must be told which axes"),
        wrong(
            "reverse_rows = lambda A: A.flip(-2)",
            "the first axis is axis 0 in every tensor",
            "reverse_rows-edges",
        ),
        wrong(
            "reverse_rows = lambda A: A.flip(tuple(range(A.ndim)))",
            "that reverses both axes",
        ),
        wrong(
            "reverse_rows = lambda A: A[[3, 2, 1, 0]]",
            "the number of rows differs from call to call",
        ),
        wrong(
            "reverse_rows = lambda A: torch.stack([A[i] for i in range(len(A) - 1, -1, -1)])",
            "no rows are nothing to join",
            "reverse_rows-values",
            "reverse_rows-contract",
        ),
        wrong(
            "reverse_rows = lambda A: torch.stack(A.unbind(0)[::-1])",
            "no rows are nothing to join",
            "reverse_rows-values",
            "reverse_rows-contract",
        ),
        wrong(
            "reverse_rows = lambda A: torch.from_numpy(A.numpy()[::-1])",
            "torch has no negative strides",
        ),
        wrong(
            "reverse_rows = lambda A: torch.from_numpy(A.numpy()[::-1].copy())",
            "NumPy records no gradients",
            "reverse_rows-values",
            "reverse_rows-edges",
        ),
        wrong(
            """
            def reverse_rows(A):
                return torch.tensor(A.detach().numpy()[::-1].copy())
            """,
            "no gradient comes through",
            "reverse_rows-values",
            "reverse_rows-edges",
        ),
        wrong(
            """
            def reverse_rows(A):
                A[:] = A.flip(0)
                return A
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            """
            def reverse_rows(A):
                out = A
                for i in range(len(A) // 2):
                    out[i], out[-1 - i] = out[-1 - i].clone(), out[i].clone()
                return out
            """,
            "your function changed the tensor it was given",
        ),
        wrong(
            """
            def reverse_rows(A):
                if len(A) <= 1:
                    return A
                return A.flip(0)
            """,
            "for one row too",
            "reverse_rows-values",
            "reverse_rows-edges",
        ),
        wrong(
            """
            def reverse_rows(A):
                P = torch.eye(len(A)).flip(0)
                return (P @ A.float()).to(A.dtype)
            """,
            "rows are to be moved, not multiplied",
        ),
        wrong(
            """
            def reverse_rows(A):
                P = torch.eye(len(A), dtype=torch.float64).flip(0)
                return torch.einsum("ij,j...->i...", P, A.double()).to(A.dtype)
            """,
            "move the rows, do not compute with them",
            "reverse_rows-values",
            "reverse_rows-contract",
        ),
        wrong(
            """
            def reverse_rows(A):
                B = A.detach().clone()
                return B.flip(0)
            """,
            "no gradient comes through",
            "reverse_rows-values",
            "reverse_rows-edges",
        ),
        wrong("reverse_rows = lambda A: A.roll(1, 0)", "keeps the order of the others"),
        wrong("reverse_rows = lambda A: A[-1:]", "shape (1, 2), expected (4, 2)"),
        wrong(
            """
            def reverse_rows(A):
                return A.sort(dim=0, descending=True).values
            """,
            "that sorts the rows",
        ),
    ),
)

ONES_ZERO_DIAGONAL = Answers(
    right=(
        "ones_zero_diagonal = lambda n: 1 - torch.eye(n)\n",
        code("""
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M.diagonal().zero_()
                return M
        """),
        "ones_zero_diagonal = lambda n: torch.ones((n, n)).fill_diagonal_(0)\n",
        code("""
            def ones_zero_diagonal(n):
                i = torch.arange(n)
                return (i[:, None] != i).float()
        """),
        code("""
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[range(n), range(n)] = 0
                return M
        """),
        code("""
            def ones_zero_diagonal(n):
                M = torch.ones(n * n)
                M[:: n + 1] = 0
                return M.view(n, n)
        """),
        code("""
            def ones_zero_diagonal(n):
                return torch.where(torch.eye(n, dtype=torch.bool), 0.0, 1.0)
        """),
        code("""
            def ones_zero_diagonal(n):
                M = np.ones((n, n), dtype=np.float32)
                np.fill_diagonal(M, 0)
                return torch.from_numpy(M)
        """),
        code("""
            def ones_zero_diagonal(n):
                return torch.ones(n, n).triu(1) + torch.ones(n, n).tril(-1)
        """),
        code("""
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[torch.eye(n) == 1] = 0
                return M
        """),
        code("""
            def ones_zero_diagonal(n):
                i = torch.arange(n)[None]
                return torch.ones(n, n).scatter_(0, i, 0.0)
        """),
    ),
    wrong=(
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[torch.arange(n)] = 0
                return M
            """,
            "one index list selects whole rows",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[0:n, 0:n] = 0
                return M
            """,
            "two slices a whole block",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                for i in range(n):
                    M[i, i] = 0
                return M
            """,
            "place by place in Python",
            "ones_zero_diagonal-values",
            "ones_zero_diagonal-edges",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                rows = [[0.0 if i == j else 1.0 for j in range(n)] for i in range(n)]
                return torch.tensor(rows).reshape(n, n)
            """,
            "place by place in Python",
            "ones_zero_diagonal-values",
            "ones_zero_diagonal-edges",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                list(map(lambda i: M[i, i].zero_(), range(n)))
                return M
            """,
            "place by place in Python",
            "ones_zero_diagonal-values",
            "ones_zero_diagonal-edges",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M, i = torch.ones(n, n), 0
                while i < n:
                    M[i, i] = 0
                    i += 1
                return M
            """,
            "place by place in Python",
            "ones_zero_diagonal-values",
            "ones_zero_diagonal-edges",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                i = torch.arange(n)
                M[i][:, i] = 0
                return M
            """,
            "a write to a copy",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                torch.diag(M).zero_()
                return M
            """,
            "a write to a copy",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                return M.diagonal().zero_()
            """,
            "that is the diagonal alone",
        ),
        wrong("ones_zero_diagonal = lambda n: torch.eye(n)", "that is the other way round"),
        wrong(
            "ones_zero_diagonal = lambda n: ~torch.eye(n, dtype=torch.bool)",
            "float32 is asked, not True and False",
        ),
        wrong(
            "ones_zero_diagonal = lambda n: torch.from_numpy(1 - np.eye(n))",
            "not NumPy's default float64",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                i = torch.arange(n)
                return (i[:, None] != i).int()
            """,
            "dtype torch.int32, expected torch.float32",
        ),
        wrong(
            "ones_zero_diagonal = lambda n: 1 - torch.eye(n, dtype=torch.int64)",
            "the pattern is right; float32 is asked",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[[0, 1, 2], [0, 1, 2]] = 0
                return M
            """,
            "for n = 10",
        ),
        wrong("ones_zero_diagonal = lambda n: torch.ones(n, n).triu(1)", "above the diagonal"),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M[-1, -1] = 0
                return M
            """,
            "only the last place was written",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(n, n)
                M.fill_diagonal_(0)
            """,
            "is there a `return`",
        ),
        wrong(
            """
            def ones_zero_diagonal(n):
                M = torch.ones(1).expand(n, n)
                M[torch.arange(n), torch.arange(n)] = 0
                return M
            """,
            "all is zero",
        ),
    ),
)

VIEW_OR_COPY = predictions(
    "view_or_copy",
    {
        "a": "'view'",
        "b": "'copy'",
        "c": "'copy'",
        "d": "'view'",
        "e": "'copy'",
        "f": "'view'",
        "g": "'view'",
        "h": "'view'",
        "i": "'copy'",
        "j": "'view'",
        "k": "'view'",
        "l": "'copy'",
    },
    spellings=[
        {"a": '"view"', "b": '"copy"'},
        {"c": "' copy'", "d": "'vi' + 'ew'"},
        {"e": "['view', 'copy'][1]", "f": "'VIEW'.lower()"},
    ],
    mistakes=[
        ("a", "'copy'", "a slice is another offset and shape"),
        ("b", "'view'", "a list may name any rows"),
        ("c", "'view'", "what a mask picks lies at no regular distance"),
        ("d", "'copy'", "transposing only swaps strides"),
        ("e", "'view'", "reshape has to copy"),
        ("f", "'copy'", "reshape copies only where it must"),
        ("g", "'copy'", "in torch it is a 0-d view"),
        ("h", "'copy'", "counts as the integer that it holds"),
        ("i", "'view'", "torch has no negative strides"),
        ("j", "'copy'", "a new axis of size 1 needs no memory"),
        ("k", "'copy'", "a constant distance"),
        ("l", "'view'", "builds a tensor of its own"),
        ("a", "True", "True is not what the code gives"),
        ("b", "'Copy'", "'Copy' is not what the code gives"),
        ("c", "None", "None is not what the code gives"),
        ("d", "['view']", "one value is asked, without brackets"),
        ("e", "'both'", "'both' is not what the code gives"),
        ("g", "torch.tensor(6)", "a torch.Tensor is not asked here"),
        ("i", "type(torch.zeros(1))", "not the class Tensor"),
    ],
)

WINDOWS = Answers(
    right=(
        "windows = lambda x, w: x.unfold(dimension=0, size=w, step=1)\n",
        code("""
            def windows(x, w):
                step = x.stride(0)
                return x.as_strided((len(x) - w + 1, w), (step, step))
        """),
        code("""
            def windows(x, w):
                size = (x.shape[0] - w + 1, w)
                return torch.as_strided(x, size, x.stride() * 2, x.storage_offset())
        """),
        code("""
            def windows(x, w):
                view = np.lib.stride_tricks.sliding_window_view(x.numpy(), w, writeable=True)
                return torch.from_numpy(view)
        """),
        code("""
            def windows(x, w):
                array = x.numpy()
                strides = 2 * array.strides
                shape = (len(array) - w + 1, w)
                return torch.from_numpy(np.lib.stride_tricks.as_strided(array, shape, strides))
        """),
        code("""
            def windows(x, w):
                # The transposed table: one row for each place within the window.
                return x.unfold(0, len(x) - w + 1, 1).T
        """),
        code("""
            class Windows:
                def __call__(self, x, w):
                    out = torch.empty(0, dtype=x.dtype)
                    shape = (x.numel() - w + 1, w)
                    strides = (x.stride()[0],) * len(shape)
                    return out.set_(x.untyped_storage(), x.storage_offset(), shape, strides)

            windows = Windows()
        """),
        code("""
            def windows(x, w):
                return x[None].unfold(1, w, 1)[0]
        """),
    ),
    wrong=(
        wrong(
            "windows = lambda x, w: x.as_strided((len(x) - w + 1, w), (1, 1))",
            "both strides are x.stride(0)",
            "windows-values",
        ),
        wrong(
            "windows = lambda x, w: x.unfold(0, w, w)",
            "gives disjoint blocks; windows advance by 1",
        ),
        wrong(
            """
            def windows(x, w):
                step = x.stride(0)
                return torch.as_strided(x, (len(x) - w + 1, w), (step, step), 0)
            """,
            "ignores where a view starts",
            "windows-values",
        ),
        wrong(
            "windows = lambda x, w: torch.stack([x[i:i + w] for i in range(len(x) - w + 1)])",
            "the right numbers, but a copy",
            "windows-values",
            "windows-views",
        ),
        wrong(
            """
            def windows(x, w):
                i = torch.arange(len(x) - w + 1)
                return x[i[:, None] + torch.arange(w)]
            """,
            "the right numbers, but a copy",
            "windows-values",
            "windows-views",
        ),
        wrong(
            "windows = lambda x, w: x.unfold(0, w, 1).contiguous()",
            "the right numbers, but a copy",
            "windows-values",
            "windows-views",
        ),
        wrong(
            "windows = lambda x, w: x.contiguous().unfold(0, w, 1)",
            "for a view x the result is a copy",
            "windows-values",
            "windows-views",
        ),
        wrong(
            "windows = lambda x, w: x.clone().unfold(0, w, 1)",
            "the right numbers, but a copy",
            "windows-values",
            "windows-views",
        ),
        wrong(
            "windows = lambda x, w: [x[i:i + w] for i in range(len(x) - w + 1)]",
            "one tensor is asked",
        ),
        wrong(
            """
            def windows(x, w):
                return x.as_strided((len(x) - w, w), (x.stride(0), x.stride(0)))
            """,
            "the last window is missing",
        ),
        wrong("windows = lambda x, w: x.unfold(0, w, 1).T", "that is turned"),
        wrong(
            """
            def windows(x, w):
                return x.as_strided((len(x) - w + 1, w), (w, 1))
            """,
            "would read beyond the end",
        ),
        wrong(
            """
            def windows(x, w):
                return x.as_strided((len(x), w), (1, 1))
            """,
            "would read beyond the end",
        ),
        wrong(
            """
            def windows(x, w):
                return x.as_strided((len(x) - w + 1, w), (x.stride(0), 1))
            """,
            "within the windows too",
            "windows-values",
        ),
        wrong(
            """
            def windows(x, w):
                return x[:w].expand(len(x) - w + 1, w)
            """,
            "every window is the same",
        ),
        wrong(
            "windows = lambda x, w: x.reshape(-1, w)",
            "a step of w (or a reshape) gives disjoint blocks",
        ),
        wrong("windows = lambda x, w: x.unfold(0, w)", "unfold wants three numbers"),
        wrong(
            """
            def windows(x, w):
                if w == len(x):
                    return x
                return x.unfold(0, w, 1)
            """,
            "for windows of one number and for one window too",
            "windows-values",
        ),
        wrong(
            """
            def windows(x, w):
                array = x.numpy()
                view = np.lib.stride_tricks.sliding_window_view(array, w)
                return torch.tensor(view)
            """,
            "the right numbers, but a copy",
            "windows-values",
            "windows-views",
        ),
    ),
)

REPLACE_ABOVE = Answers(
    right=(
        "replace_above = lambda A, threshold, value: A.masked_fill(A > threshold, value)\n",
        code("""
            def replace_above(A, threshold, value):
                return torch.where(A > threshold, torch.tensor(value, dtype=A.dtype), A)
        """),
        code("""
            def replace_above(A, t, v):
                return torch.where(A > t, v, A)
        """),
        code("""
            def replace_above(A, t, v):
                array = A.numpy().copy()
                array[array > t] = v
                return torch.from_numpy(array)
        """),
        code("""
            def replace_above(A, t, v):
                out = torch.empty_like(A)
                out.copy_(A)
                out.masked_fill_(out.gt(t), v)
                return out
        """),
        code("""
            def replace_above(A, t, v):
                out = A.flatten().tolist()
                out = [v if number > t else number for number in out]
                return torch.tensor(out, dtype=A.dtype).reshape(A.shape)
        """),
        code("""
            class Replace:
                def __call__(self, A, threshold, value):
                    mask = torch.gt(A, threshold)
                    return A.masked_scatter(mask, torch.full_like(A, value))

            replace_above = Replace()
        """),
        code("""
            def replace_above(A, t, v):
                other = torch.full_like(A, v)
                keep = ~(A > t)
                other[keep] = A[keep]
                return other
        """),
        code("""
            def replace_above(A, t, v):
                return torch.from_numpy(np.where(A.numpy() > t, np.array(v, dtype=A.numpy().dtype), A))
        """),
    ),
    wrong=(
        wrong(
            """
            def replace_above(A, t, v):
                A[A > t] = v
                return A
            """,
            "indexed assignment writes into the caller's tensor: clone first",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A
                out[out > t] = v
                return out
            """,
            "indexed assignment writes into the caller's tensor: clone first",
        ),
        wrong(
            "replace_above = lambda A, t, v: A.masked_fill_(A > t, v)",
            "indexed assignment writes into the caller's tensor: clone first",
        ),
        wrong(
            "replace_above = lambda A, t, v: A[A > t]",
            "that extracts the entries that are greater",
        ),
        wrong(
            "replace_above = lambda A, t, v: (A <= t) * A + (A > t) * v",
            "0 · ∞ is NaN",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                mask = A > t
                return A * ~mask + v * mask
            """,
            "0 · ∞ is NaN",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            "replace_above = lambda A, t, v: A + (v - A) * (A > t)",
            "0 · ∞ is NaN",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A <= t, A, v)",
            "a NaN is not greater than 3",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                out[~(A <= t)] = v
                return out
            """,
            "a NaN is not greater than 3",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A >= t, v, A)",
            "greater is strict",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A > t, A, v)",
            "the other way round",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A < t, v, A)",
            "that replaces what is smaller",
        ),
        wrong(
            "replace_above = lambda A, t, v: A.clamp(max=t)",
            "clamp replaces by the threshold itself",
        ),
        wrong("replace_above = lambda A, t, v: A > t", "that is the mask"),
        wrong(
            """
            def replace_above(A, t, v):
                if A > t:
                    return v
                return A
            """,
            "`if` and `and` want one True or False",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                if not (A > t).any():
                    return A
                return A.masked_fill(A > t, v)
            """,
            "also when nothing is greater",
            "replace_above-values",
            "replace_above-edges",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                out.flatten()[A.flatten() > t] = v
                return out
            """,
            "the write went to another copy",
            "replace_above-values",
            "replace_above-edges",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A > t, float(v), A)",
            "shape and dtype are those of A, here integers",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                return torch.tensor([v if x > t else x for x in A.flatten().tolist()]).reshape(A.shape)
            """,
            "shape and dtype are those of A, here float64",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                limit = torch.full_like(A, t)
                return torch.where(A > limit, v, A)
            """,
            "it was cut to −2",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                out[out > t][:] = v
                return out
            """,
            "nothing was replaced",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                for i in range(out.shape[0]):
                    for j in range(out.shape[1]):
                        if out[i, j] > t:
                            out[i, j] = v
                return out
            """,
            "A may have any number of axes",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                out[torch.nonzero(A > t, as_tuple=True)] = v
                return out
            """,
            "a number alone has no axis",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = torch.zeros_like(A)
                out[A > t] = v
                return out
            """,
            "the other entries should stay as they are",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.clone()
                out[A > t] = v
            """,
            "is there a `return`",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                out = A.nan_to_num()
                out[A > t] = v
                return out
            """,
            "do not clean them up",
            "replace_above-values",
            "replace_above-contract",
        ),
        wrong(
            "replace_above = lambda A, t, v: torch.where(A > t, v, A).squeeze()",
            "here integers of shape (2, 1, 4)",
            "replace_above-edges",
            "replace_above-contract",
        ),
        wrong(
            """
            def replace_above(A, t, v):
                return A.float().masked_fill(A > t, v)
            """,
            "dtype torch.float32, expected torch.int64",
        ),
    ),
)

PICK_PER_ROW = Answers(
    right=(
        "pick_per_row = lambda S, y: S.gather(1, y[:, None]).squeeze(1)\n",
        code("""
            def pick_per_row(scores, labels):
                return torch.take_along_dim(scores, labels.unsqueeze(1), dim=1)[:, 0]
        """),
        code("""
            def pick_per_row(scores, labels):
                n, k = scores.shape
                return scores.reshape(-1)[torch.arange(n) * k + labels]
        """),
        code("""
            def pick_per_row(scores, labels):
                hit = labels[:, None] == torch.arange(scores.shape[1])
                return scores[hit]
        """),
        code("""
            def pick_per_row(scores, labels):
                hit = torch.nn.functional.one_hot(labels, scores.shape[1]).bool()
                return torch.where(hit, scores, 0).sum(dim=1)
        """),
        code("""
            def pick_per_row(scores, labels):
                out = scores.new_zeros(len(labels))
                for i, label in enumerate(labels):
                    out[i] = scores[i, label]
                return out
        """),
        code("""
            def pick_per_row(scores, labels):
                return -torch.nn.functional.nll_loss(scores, labels, reduction="none")
        """),
        code("""
            def pick_per_row(S, y):
                return S.T[y, range(len(y))]
        """),
        code("""
            class Pick:
                def __call__(self, scores, labels):
                    places = torch.arange(labels.numel()) * scores.size(1) + labels
                    return torch.take(scores, places)

            pick_per_row = Pick()
        """),
        code("""
            import functools

            def along(axis, S, y):
                return S.gather(axis, y.reshape(-1, 1)).reshape(len(y))

            pick_per_row = functools.partial(along, 1)
        """),
    ),
    wrong=(
        wrong("pick_per_row = lambda S, y: S[:, y]", "a slice and a list combine as a grid"),
        wrong(
            "pick_per_row = lambda S, y: S[:, y].diagonal()",
            "right numbers via a table of n × n",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            "pick_per_row = lambda S, y: torch.diag(S[:, y])",
            "right numbers via a table of n × n",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            """
            import torch.nn.functional as F

            pick_per_row = lambda S, y: (S * F.one_hot(y, S.shape[1])).sum(1)
            """,
            "0 · (−∞) is NaN",
            "pick_per_row-values",
            "pick_per_row-contract",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                onehot = torch.eye(scores.shape[1], dtype=scores.dtype)[labels]
                return torch.einsum("nk,nk->n", scores, onehot)
            """,
            "0 · (−∞) is NaN",
            "pick_per_row-values",
            "pick_per_row-contract",
        ),
        wrong("pick_per_row = lambda S, y: S.gather(1, y[:, None])", "that is (n, 1)"),
        wrong(
            "pick_per_row = lambda S, y: S.gather(1, y[:, None]).squeeze()",
            "squeeze() without an axis removes every axis of size 1",
            "pick_per_row-values",
            "pick_per_row-contract",
        ),
        wrong(
            "pick_per_row = lambda S, y: S.gather(1, y)",
            "gather wants an index with as many axes as scores",
        ),
        wrong(
            "pick_per_row = lambda S, y: S.gather(0, y[None, :])[0]",
            "gather along dim 0 walks over the rows",
        ),
        wrong(
            "pick_per_row = lambda S, y: S.gather(1, y[None, :])",
            "every label in the first row",
        ),
        wrong("pick_per_row = lambda S, y: S[y]", "the labels chose rows"),
        wrong(
            "pick_per_row = lambda S, y: S[y, torch.arange(len(y))]",
            "rows are the first index, labels the second",
        ),
        wrong("pick_per_row = lambda S, y: S.max(dim=1).values", "those are the largest scores"),
        wrong("pick_per_row = lambda S, y: S[0, y]", "every label in the first row"),
        wrong(
            """
            def pick_per_row(scores, labels):
                return torch.stack([scores[i, labels[i]] for i in range(len(labels))])
            """,
            "without items there is nothing to stack",
            "pick_per_row-values",
            "pick_per_row-contract",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                return torch.tensor([scores[i, labels[i]] for i in range(len(labels))])
            """,
            "no gradient comes through",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                picked = [scores[i, label].item() for i, label in enumerate(labels)]
                return torch.tensor(picked, dtype=scores.dtype)
            """,
            "no gradient comes through",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                return torch.from_numpy(scores.numpy()[np.arange(len(labels)), labels.numpy()])
            """,
            "NumPy records no gradients",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            "pick_per_row = lambda S, y: S.detach()[torch.arange(len(y)), y]",
            "no gradient comes through",
            "pick_per_row-values",
            "pick_per_row-edges",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                n, k = scores.shape
                places = torch.arange(n) * n + labels
                return scores.flatten()[places]
            """,
            "out of bounds",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                scores = scores.nan_to_num()
                return scores[torch.arange(len(labels)), labels]
            """,
            "expected -inf",
            "pick_per_row-values",
            "pick_per_row-contract",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                flat = scores.as_strided((scores.numel(),), (1,))
                return flat[torch.arange(len(labels)) * scores.shape[1] + labels]
            """,
            "count with indices, not with places in memory",
            "pick_per_row-edges",
            "pick_per_row-contract",
        ),
        wrong(
            """
            def pick_per_row(scores, labels):
                return scores.index_select(1, labels)
            """,
            "a slice and a list combine as a grid",
        ),
    ),
)

BLOCK = Answers(
    right=(
        "block = lambda A, rows, cols: A[rows][:, cols]\n",
        code("""
            def block(A, rows, cols):
                return A[rows.unsqueeze(1), cols.unsqueeze(0)]
        """),
        code("""
            def block(A, rows, cols):
                i, j = torch.meshgrid(rows, cols, indexing="ij")
                return A[i, j]
        """),
        code("""
            def block(A, rows, cols):
                m, n = A.shape
                return A.index_select(0, rows % m).index_select(1, cols % n)
        """),
        code("""
            def block(A, rows, cols):
                m, n = A.shape
                return A.take((rows % m)[:, None] * n + cols % n)
        """),
        "block = lambda A, rows, cols: A[np.ix_(rows, cols)]\n",
        code("""
            def block(A, rows, cols):
                out = A.new_empty(len(rows), len(cols))
                for i, row in enumerate(rows):
                    for j, col in enumerate(cols):
                        out[i, j] = A[row, col]
                return out
        """),
        "block = lambda A, rows, cols: A.T[cols].T[rows]\n",
        code("""
            class Block:
                def __call__(self, A, rows, cols):
                    r, c = len(rows), len(cols)
                    pairs = rows.repeat_interleave(c), cols.repeat(r)
                    return A[pairs].reshape(r, c)

            block = Block()
        """),
        code("""
            def block(A, rows, cols):
                some = A[rows]
                return torch.take_along_dim(some, cols.expand(len(rows), -1), dim=1)
        """),
    ),
    wrong=(
        wrong("block = lambda A, rows, cols: A[rows, cols]", "zipped into pairs"),
        wrong(
            """
            def block(A, rows, cols):
                if len(rows) == len(cols):
                    return A[rows, cols]
                return A[rows[:, None], cols]
            """,
            "index lists side by side are zipped into pairs",
        ),
        wrong("block = lambda A, rows, cols: A[cols[:, None], rows]", "rows first"),
        wrong(
            """
            def block(A, rows, cols):
                return A[rows.min():rows.max() + 1, cols.min():cols.max() + 1]
            """,
            "a slice takes everything in between",
        ),
        wrong("block = lambda A, rows, cols: A[rows][cols]", "out of bounds"),
        wrong("block = lambda A, rows, cols: A[rows]", "those are the rows, whole"),
        wrong("block = lambda A, rows, cols: A[:, cols]", "those are the columns, whole"),
        wrong("block = lambda A, rows, cols: A[rows[:, None], cols].T", "that is turned"),
        wrong(
            "block = lambda A, rows, cols: A.index_select(0, rows).index_select(1, cols)",
            "not every call takes negative numbers",
            "block-values",
            "block-contract",
        ),
        wrong(
            """
            def block(A, rows, cols):
                picked = A[rows]
                return picked.gather(1, cols.expand(len(rows), -1))
            """,
            "not every call takes negative numbers",
            "block-values",
            "block-contract",
        ),
        wrong(
            """
            def block(A, rows, cols):
                P = torch.eye(A.shape[0], dtype=A.dtype)[rows]
                Q = torch.eye(A.shape[1], dtype=A.dtype)[cols]
                return P @ A @ Q.T
            """,
            "select, do not multiply",
            "block-values",
            "block-contract",
        ),
        wrong(
            """
            def block(A, rows, cols):
                return torch.stack([A[row, cols] for row in rows])
            """,
            "rows or cols may be empty",
            "block-values",
            "block-contract",
        ),
        wrong(
            """
            def block(A, rows, cols):
                return torch.tensor([[A[i, j] for j in cols] for i in rows])
            """,
            "no rows and three columns",
            "block-values",
        ),
        wrong(
            """
            def block(A, rows, cols):
                numbers = [[A[i, j].item() for j in cols] for i in rows]
                return torch.tensor(numbers, dtype=A.dtype).reshape(len(rows), len(cols))
            """,
            "no gradient comes through",
            "block-values",
            "block-edges",
        ),
        wrong(
            """
            def block(A, rows, cols):
                return torch.from_numpy(A.numpy()[np.ix_(rows.numpy(), cols.numpy())])
            """,
            "NumPy records no gradients",
            "block-values",
            "block-edges",
        ),
        wrong(
            """
            def block(A, rows, cols):
                row_mask = torch.zeros(A.shape[0], dtype=torch.bool)
                row_mask[rows] = True
                col_mask = torch.zeros(A.shape[1], dtype=torch.bool)
                col_mask[cols] = True
                return A[row_mask][:, col_mask]
            """,
            "keep the order of rows and cols",
        ),
        wrong(
            """
            def block(A, rows, cols):
                rows, cols = rows.clamp(min=0), cols.clamp(min=0)
                return A[rows[:, None], cols]
            """,
            "they are not cut to 0",
            "block-values",
            "block-contract",
        ),
        wrong(
            """
            def block(A, rows, cols):
                return A[rows.abs()[:, None], cols.abs()]
            """,
            "negative numbers count from the end",
            "block-values",
            "block-contract",
        ),
        wrong("block = lambda A, rows, cols: A[rows:cols]", "a slice takes one start and one stop"),
        wrong(
            "block = lambda A, rows, cols: A.detach()[rows[:, None], cols]",
            "no gradient comes through",
            "block-values",
            "block-edges",
        ),
        wrong(
            "block = lambda A, rows, cols: A[rows][:, cols].squeeze()",
            "is an axis still",
            "block-edges",
            "block-contract",
        ),
        wrong(
            "block = lambda A, rows, cols: A[rows[:, None], cols].flatten()",
            "the right numbers, all in one row",
        ),
        wrong(
            """
            def block(A, rows, cols):
                i, j = torch.meshgrid(rows, cols, indexing="xy")
                return A[i, j]
            """,
            "that is turned",
        ),
        wrong(
            """
            def block(A, rows, cols):
                m, n = A.shape
                flat = A.flatten().float()
                return flat[(rows % m)[:, None] * n + cols % n]
            """,
            "dtype torch.float32, expected torch.int64",
            "block-contract",
        ),
    ),
)

PREDICT_ADVANCED_SHAPES = predictions(
    "predict_advanced_shapes",
    {
        "a": "(5, 2)",
        "b": "(2, 6)",
        "c": "(6, 2)",
        "d": "(2, 6)",
        "e": "(2, 3, 7)",
        "f": "(1, 5, 6, 7)",
        "g": "(5, 6, 1, 7)",
        "h": "(2, 2, 6, 7)",
    },
    spellings=[
        {"a": "[5, 2]", "b": "[2, 6]", "e": "[2, 3, 7]", "h": "[2, 2, 6, 7]"},
        {"c": "torch.Size([6, 2])", "d": "np.array([2, 6])", "f": "torch.tensor([1, 5, 6, 7])"},
        {"f": "(1,) + (5, 6, 7)", "g": "(5, 6) + (1, 7)", "h": "(2, 2) + (6, 7)"},
        {"a": "(5.0, 2.0)", "g": "torch.zeros(5, 6, 1, 7).shape"},
    ],
    mistakes=[
        ("a", "(5, 2, 2)", "leave ONE axis"),
        ("a", "(2, 5)", "stays where they stood"),
        ("a", "(5, 2, 7)", "both lists index an axis"),
        ("a", "(5, 6, 2)", "the lists use up the 6 and the 7"),
        ("a", "10", "10 does not fit; a tuple is asked"),
        ("b", "(2, 6, 2)", "the two lists broadcast together into ONE axis"),
        ("b", "(6, 2)", "their axis goes to the front"),
        ("b", "(2, 7)", "the first and the last axis"),
        ("c", "(2, 6)", "torch takes the integer 0 out first"),
        ("c", "(1, 6, 2)", "leaves nothing behind"),
        ("c", "(6, 7)", "two of the seven places"),
        ("d", "(6, 2)", "that is torch's answer"),
        ("d", "(1, 6, 2)", "an integer leaves no axis behind"),
        ("d", "'error'", "'error' is text; a tuple is asked, without quotes"),
        ("e", "(2, 3)", "the third axis of X is not indexed"),
        ("e", "(2, 1, 3, 7)", "broadcast together first, to (2, 3)"),
        ("e", "(2, 7)", "every row with every column"),
        ("e", "None", "None does not fit; a tuple is asked"),
        ("f", "(5, 6, 7)", "None adds an axis of size 1"),
        ("f", "(5, 6, 7, 1)", "at the front"),
        ("f", "(1,)", "it adds one to the three"),
        ("g", "(5, 6, 7, 1)", "so the new one comes before it"),
        ("g", "(5, 1, 6, 7)", "as many colons as are needed"),
        ("g", "(1, 7)", "they drop none"),
        ("h", "(4, 6, 7)", "an index tensor's shape replaces the indexed axis"),
        ("h", "(2, 2)", "the 6 and the 7 stay"),
        ("h", "(2, 7)", "its rows are no pairs"),
        ("h", "(2, 2, 5, 6, 7)", "the 5 is gone"),
        ("h", "(3, 3)", "(3, 3) is not what the code gives"),
    ],
)

SELECTION_MATRIX = Answers(
    right=(
        "selection_matrix = lambda mask: torch.diag(mask.float())[mask]\n",
        code("""
            def selection_matrix(mask):
                places = mask.nonzero().flatten()
                return torch.nn.functional.one_hot(places, len(mask)).float()
        """),
        code("""
            def selection_matrix(mask):
                places = torch.nonzero(mask, as_tuple=True)[0]
                P = torch.zeros(len(places), len(mask))
                P[torch.arange(len(places)), places] = 1
                return P
        """),
        code("""
            def selection_matrix(mask):
                places = torch.arange(len(mask))
                return (places[mask][:, None] == places).to(torch.float32)
        """),
        code("""
            def selection_matrix(mask):
                P = torch.zeros(int(mask.sum()), len(mask))
                row = 0
                for column, chosen in enumerate(mask.tolist()):
                    if chosen:
                        P[row, column] = 1
                        row += 1
                return P
        """),
        code("""
            def selection_matrix(mask):
                # The columns, from left to right: which row does each True open?
                k, n = int(mask.sum()), len(mask)
                rows = mask.cumsum(0) - 1
                return ((rows == torch.arange(k)[:, None]) & mask).float()
        """),
        code("""
            def selection_matrix(mask):
                return torch.from_numpy(np.eye(len(mask), dtype=np.float32)[mask.numpy()])
        """),
        code("""
            def selection_matrix(mask):
                k = int(mask.sum())
                P = torch.zeros(k, len(mask))
                return P.scatter_(1, mask.nonzero(), 1.0)
        """),
        code("""
            def selection_matrix(mask):
                return torch.eye(len(mask)).masked_select(mask[:, None]).reshape(-1, len(mask))
        """),
    ),
    wrong=(
        wrong(
            "selection_matrix = lambda mask: torch.diag(mask.float())",
            "it is PᵀP, not P",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask))[mask.long()]",
            "an integer mask means 'rows 0 and 1'",
        ),
        wrong("selection_matrix = lambda mask: torch.eye(len(mask))[:, mask]", "that is Pᵀ"),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask))[mask.nonzero()]",
            "flatten the places first",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask))[mask.nonzero().squeeze()]",
            "one True gives one row",
        ),
        wrong(
            """
            def selection_matrix(mask):
                return torch.nn.functional.one_hot(mask.nonzero().flatten(), len(mask))
            """,
            "the entries are right; float32 is asked",
        ),
        wrong(
            """
            def selection_matrix(mask):
                return torch.nn.functional.one_hot(mask.nonzero().flatten()).float()
            """,
            "columns are missing",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask), dtype=torch.bool)[mask]",
            "not True and False",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.from_numpy(np.eye(len(mask))[mask.numpy()])",
            "not NumPy's default float64",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask))[~mask]",
            "those are the rows for the False",
        ),
        wrong(
            "selection_matrix = lambda mask: mask.nonzero().flatten()", "the places of the Trues"
        ),
        wrong("selection_matrix = lambda mask: mask.float()", "that is the mask as numbers"),
        wrong(
            "selection_matrix = lambda mask: torch.eye(int(mask.sum()), len(mask))",
            "k rows of an identity",
        ),
        wrong(
            """
            def selection_matrix(mask):
                rows = []
                for i, chosen in enumerate(mask):
                    if chosen:
                        row = torch.zeros(len(mask))
                        row[i] = 1
                        rows.append(row)
                return torch.stack(rows)
            """,
            "with no True there is nothing to stack",
            "selection_matrix-values",
            "selection_matrix-laws",
        ),
        wrong(
            """
            def selection_matrix(mask):
                n = len(mask)
                rows = [[float(i == j) for j in range(n)] for i in range(n) if mask[i]]
                return torch.tensor(rows)
            """,
            "no True gives no rows",
            "selection_matrix-values",
            "selection_matrix-laws",
        ),
        wrong(
            "selection_matrix = lambda mask: torch.eye(len(mask))[mask].flip(0)",
            "the right rows in the wrong order",
        ),
        wrong(
            """
            def selection_matrix(mask):
                k = int(mask.sum())
                P = torch.zeros(k, len(mask))
                P[:, mask] = 1
                return P
            """,
            "the same mask in each row",
        ),
        wrong(
            """
            def selection_matrix(mask):
                return torch.eye(len(mask)) * mask
            """,
            "it is PᵀP, not P",
        ),
        wrong(
            """
            def selection_matrix(mask):
                return torch.eye(len(mask))[mask].to_sparse()
            """,
            "layout torch.sparse_coo, expected torch.strided",
        ),
    ),
)

COUNT_LABELS = Answers(
    right=(
        "count_labels = lambda idx, k: torch.bincount(idx, minlength=k)\n",
        code("""
            def count_labels(idx, k):
                counts = torch.zeros(k, dtype=torch.int64)
                return counts.index_put_((idx,), torch.tensor(1), accumulate=True)
        """),
        code("""
            def count_labels(idx, k):
                return torch.zeros(k, dtype=torch.long).scatter_add(0, idx, torch.ones_like(idx))
        """),
        code("""
            def count_labels(idx, k):
                return (idx[:, None] == torch.arange(k)).sum(dim=0)
        """),
        "count_labels = lambda idx, k: torch.nn.functional.one_hot(idx, k).sum(0)\n",
        code("""
            def count_labels(idx, k):
                counts = np.zeros(k, dtype=np.int64)
                np.add.at(counts, idx.numpy(), 1)
                return torch.from_numpy(counts)
        """),
        code("""
            def count_labels(idx, k):
                ordered = idx.sort().values
                edges = torch.searchsorted(ordered, torch.arange(k + 1))
                return edges.diff()
        """),
        code("""
            def count_labels(idx, k):
                counts = torch.zeros(k, dtype=torch.int64)
                labels, how_often = torch.unique(idx, return_counts=True)
                counts[labels] = how_often
                return counts
        """),
        code("""
            class Count:
                def __call__(self, idx, k):
                    return torch.histc(idx.double(), bins=k, min=0, max=k).long()

            count_labels = Count()
        """),
        code("""
            def count_labels(idx, k):
                ones = torch.ones(len(idx))
                return torch.zeros(k).index_add(0, idx, ones).to(torch.int64)
        """),
        code("""
            def count_labels(idx, k):
                # One more example of each label, taken off again.
                return torch.cat([idx, torch.arange(k)]).unique(return_counts=True)[1] - 1
        """),
    ),
    wrong=(
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                c[idx] += 1
                return c
            """,
            "duplicates count once",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k)
                c[idx] += 1
                return c
            """,
            "duplicates count once, and int64 is asked",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                c.index_put_((idx,), torch.tensor(1))
                return c
            """,
            "duplicates count once",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.unique(idx, return_counts=True)[1]",
            "unique skips the labels that do not occur",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.bincount(idx)",
            "the largest ones as well",
            "count_labels-contract",
        ),
        wrong(
            """
            def count_labels(idx, k):
                return torch.tensor([int((idx == j).sum()) for j in range(k)])
            """,
            "class by class in Python",
            "count_labels-values",
            "count_labels-edges",
        ),
        wrong(
            """
            def count_labels(idx, k):
                counts = torch.zeros(k, dtype=torch.int64)
                for label in idx:
                    counts[label] += 1
                return counts
            """,
            "example by example in Python",
            "count_labels-values",
            "count_labels-edges",
        ),
        wrong(
            """
            from collections import Counter

            def count_labels(idx, k):
                found = Counter(idx.tolist())
                return torch.tensor([found[j] for j in range(k)])
            """,
            "no loop in disguise",
            "count_labels-values",
            "count_labels-edges",
        ),
        wrong(
            """
            def count_labels(idx, k):
                return torch.tensor(list(map(idx.tolist().count, range(k))))
            """,
            "no loop in disguise",
            "count_labels-values",
            "count_labels-edges",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                return c.index_add_(0, idx, 1)
            """,
            "must be a tensor with one value for each label",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                return c.index_put_(idx, torch.tensor(1), accumulate=True)
            """,
            "its index lists in a tuple",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k)
                return c.index_add_(0, idx, torch.ones(len(idx)))
            """,
            "the right counts; int64 is asked",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                return c.index_add_(0, idx, torch.ones(len(idx)))
            """,
            "what is added must have the dtype of the counts",
        ),
        wrong(
            """
            def count_labels(idx, k):
                c = torch.zeros(k, dtype=torch.int64)
                return c.scatter_(0, idx, torch.ones_like(idx))
            """,
            "duplicates count once",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.nn.functional.one_hot(idx).sum(0)",
            "the largest ones as well",
            "count_labels-contract",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.nn.functional.one_hot(idx, k).sum(1)",
            "how many examples has each label?",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.nn.functional.one_hot(idx, k)",
            "add up the columns",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.histc(idx.float(), bins=k, min=0, max=k)",
            "the right counts; int64 is asked",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.bincount(idx, weights=idx, minlength=k).long()",
            "each example counts 1",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.bincount(idx, minlength=k) / len(idx)",
            "those are shares of the whole",
        ),
        wrong(
            "count_labels = lambda idx, k: (torch.arange(k)[:, None] == idx).any(1)",
            "which labels occur, not how often",
        ),
        wrong(
            """
            from collections import Counter

            def count_labels(idx, k):
                return Counter(idx.tolist())
            """,
            "got a collections.Counter where a torch.Tensor is asked",
        ),
        wrong(
            "count_labels = lambda idx, k: torch.bincount(idx, minlength=k).int()",
            "not int32",
        ),
        wrong(
            """
            def count_labels(idx, k):
                if idx.max() < k - 1:
                    idx = torch.cat([idx, torch.tensor([k - 1])])
                    counts = torch.bincount(idx)
                    counts[-1] = 0
                    return counts
                return torch.bincount(idx)
            """,
            "do not ask an empty tensor for its maximum",
            "count_labels-values",
            "count_labels-contract",
        ),
    ),
)

INDEX_BACKWARD = Answers(
    right=(
        code("""
            def index_backward(n, idx, g):
                return g.new_zeros(n).index_add_(0, idx % n, g)
        """),
        code("""
            def index_backward(n, idx, g):
                places = torch.where(idx < 0, idx + n, idx)
                return torch.zeros(n, dtype=g.dtype).scatter_add(0, places, g)
        """),
        code("""
            def index_backward(n, idx, g):
                P = torch.eye(n, dtype=g.dtype)[idx]
                return P.T @ g
        """),
        code("""
            def index_backward(n, idx, g):
                out = torch.zeros(n, dtype=g.dtype)
                for place, value in zip(idx.tolist(), g):
                    out[place] += value
                return out
        """),
        code("""
            def index_backward(n, idx, g):
                return torch.bincount(idx % n, weights=g, minlength=n).to(g.dtype)
        """),
        code("""
            def index_backward(n, idx, g):
                out = np.zeros(n, dtype=g.numpy().dtype)
                np.add.at(out, idx.numpy(), g.numpy())
                return torch.from_numpy(out)
        """),
        code("""
            def index_backward(n, idx, g):
                names = idx.remainder(n) == torch.arange(n)[:, None]
                return (names * g).sum(dim=1)
        """),
        code("""
            def index_backward(n, idx, g):
                onehot = torch.nn.functional.one_hot(idx % n, n).to(g.dtype)
                return torch.einsum("kn,k->n", onehot, g)
        """),
        code("""
            class Backward:
                def __call__(self, n, idx, g):
                    gradient = torch.zeros(n, dtype=g.dtype)
                    return gradient.put(idx, g, accumulate=True)

            index_backward = Backward()
        """),
        code("""
            def index_backward(n, idx, g):
                return torch.stack([g[(idx == i) | (idx == i - n)].sum() for i in range(n)])
        """),
        code("""
            def index_backward(n, idx, g):
                out = torch.zeros(n, dtype=g.dtype)
                return out.scatter_reduce(0, idx % n, g, reduce="sum")
        """),
    ),
    wrong=(
        wrong(
            """
            def index_backward(n, idx, g):
                out = g.new_zeros(n)
                out[idx] = g
                return out
            """,
            "a repeated index must receive the SUM",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                out = g.new_zeros(n)
                out[idx] += g
                return out
            """,
            "a repeated index must receive the SUM",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                return g.new_zeros(n).scatter_(0, idx % n, g)
            """,
            "a repeated index must receive the SUM",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                out = g.new_zeros(n)
                for i, value in zip(idx, g):
                    out[i] = value
                return out
            """,
            "a repeated index must receive the SUM",
        ),
        wrong(
            "index_backward = lambda n, idx, g: g[idx]",
            "backward of a gather is a scatter",
        ),
        wrong(
            "index_backward = lambda n, idx, g: g.new_zeros(n).index_add_(0, idx, g)",
            "not every call takes negative numbers",
            "index_backward-values",
        ),
        wrong(
            "index_backward = lambda n, idx, g: g.new_zeros(n).scatter_add_(0, idx, g)",
            "not every call takes negative numbers",
            "index_backward-values",
        ),
        wrong(
            "index_backward = lambda n, idx, g: torch.bincount(idx, weights=g, minlength=n)",
            "not every call takes negative numbers",
            "index_backward-values",
        ),
        wrong(
            "index_backward = lambda n, idx, g: torch.zeros(n).index_add_(0, idx % n, g)",
            "the result has the dtype of g",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                x = torch.zeros(n, dtype=g.dtype, requires_grad=True)
                x[idx].backward(g)
                return x.grad
            """,
            "this asks autograd for the gradient",
            "index_backward-values",
            "index_backward-edges",
        ),
        wrong(
            """
            from torch.autograd import grad

            def index_backward(n, idx, g):
                x = torch.zeros(n, dtype=g.dtype).requires_grad_()
                return grad(x[idx], x, g)[0]
            """,
            "this asks autograd for the gradient",
            "index_backward-values",
            "index_backward-edges",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                x = torch.zeros(n, dtype=g.dtype)
                return torch.func.vjp(lambda x: x[idx], x)[1](g)[0]
            """,
            "this asks autograd for the gradient",
            "index_backward-values",
            "index_backward-edges",
        ),
        wrong(
            "index_backward = lambda n, idx, g: torch.bincount(idx % n, weights=g, minlength=n)",
            "nothing was read: n zeros, of the dtype of g (dtype torch.int64",
            "index_backward-values",
            "index_backward-contract",
        ),
        wrong(
            "index_backward = lambda n, idx, g: g.new_zeros(n).index_add_(0, idx.abs(), g)",
            "a minus sign counts from the end",
            "index_backward-values",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                return g.new_zeros(n).index_add_(0, idx.clamp(min=0), g)
            """,
            "they are not cut to 0",
            "index_backward-values",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                return torch.stack([g[idx == i].sum() for i in range(n)])
            """,
            "places that are named from the end were read too",
            "index_backward-values",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                out = g.new_zeros(n)
                return out.scatter_reduce(0, idx % n, g, reduce="mean", include_self=False)
            """,
            "the sum is asked, not the mean",
        ),
        wrong(
            "index_backward = lambda n, idx, g: torch.bincount(idx % n, minlength=n).to(g.dtype)",
            "that is how often each place was read",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                P = torch.eye(n, dtype=g.dtype)[idx]
                return P @ g
            """,
            "the way back is its transpose",
        ),
        wrong(
            "index_backward = lambda n, idx, g: torch.bincount(idx % n, weights=g)",
            "x has n places",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                out = torch.zeros(n, dtype=torch.float64)
                return out.index_add_(0, idx % n, g.double())
            """,
            "the right sums in another dtype",
            "index_backward-contract",
        ),
        wrong(
            """
            def index_backward(n, idx, g):
                order = idx.argsort()
                g[:] = g[order]
                return g.new_zeros(n).index_add_(0, idx[order] % n, g)
            """,
            "your function changed the tensor it was given",
        ),
    ),
)

ANSWERS = {
    "predict_selection": PREDICT_SELECTION,
    "reverse_rows": REVERSE_ROWS,
    "ones_zero_diagonal": ONES_ZERO_DIAGONAL,
    "view_or_copy": VIEW_OR_COPY,
    "windows": WINDOWS,
    "replace_above": REPLACE_ABOVE,
    "pick_per_row": PICK_PER_ROW,
    "block": BLOCK,
    "predict_advanced_shapes": PREDICT_ADVANCED_SHAPES,
    "selection_matrix": SELECTION_MATRIX,
    "count_labels": COUNT_LABELS,
    "index_backward": INDEX_BACKWARD,
}
