"""Runs a peer's work for the comparison, which tells it on the standard input what to do: one JSON object a line, one answer a line.

    peer.py openblas    {"do": "product", "m": .., "n": .., "k": .., "transpose_b": .., "a": FILE, "b": FILE}
    peer.py faiss       {"do": "topk", "queries": FILE, "candidates": FILE, "width": .., "k": ..}
    both                {"do": "use", "threads": ..}
    peer.py faiss-flat | faiss-ivfpqfs | hnswlib
                        {"do": "vectors", "rows": FILE, "queries": FILE, "width": .., "k": ..}
                        {"do": "build", "parameters": {..}, "cache": FILE} answers {"seconds": .., "bytes": .., "cached": ..}
                        {"do": "use", "parameters": {..}, "threads": .., "batch": .., "queries": ..} answers {"chosen": {..}}
    all                 {"do": "run", "repetitions": ..} answers {"seconds": ..}
                        {"do": "result", "path": FILE}

The first line that it prints says its version, or what is missing. Files hold float32 numbers, row by row; the result of an
index is int32 row numbers. An index that was built is kept in the file "cache", with the seconds that it took beside it.
"""
import ctypes
import json
import os
import sys
import time

# OpenBLAS does not know newer processors and then takes kernels without 512-bit vectors, or slower ones; it reads this as it loads.
if "OPENBLAS_CORETYPE" not in os.environ:
    with open("/proc/cpuinfo") as cpuinfo:
        if "avx512bw" in cpuinfo.read():
            os.environ["OPENBLAS_CORETYPE"] = "SKYLAKEX"


def answer(**values):
    print(json.dumps(values), flush=True)


try:
    blas = ctypes.CDLL("libopenblas.so.0")
except OSError:
    answer(missing="libopenblas0-pthread")
    sys.exit()
try:
    import numpy
except ImportError:
    answer(missing="python3-numpy")
    sys.exit()
blas.openblas_get_corename.restype = ctypes.c_char_p
blas.openblas_get_config.restype = ctypes.c_char_p


def numbers(path, width):
    return numpy.fromfile(path, numpy.float32).reshape(-1, width)


class OpenBlas:
    version = f"OpenBLAS {blas.openblas_get_config().split()[1].decode()} ({blas.openblas_get_corename().decode()} kernels)"

    def product(self, request):
        self.a = numbers(request["a"], request["k"])
        b = numbers(request["b"], request["k"] if request["transpose_b"] else request["n"])
        self.b = b.T if request["transpose_b"] else b
        self.result = numpy.zeros((request["m"], request["n"]), numpy.float32)

    def use(self, request):
        blas.openblas_set_num_threads(request["threads"])

    def run(self):
        numpy.matmul(self.a, self.b, out=self.result)


class Faiss:
    """Its threads and those of OpenBLAS fight for the same processors, so the best division is found first."""

    def __init__(self):
        import faiss
        self.faiss = faiss
        self.version = f"Faiss {faiss.__version__} on {OpenBlas.version}"

    def topk(self, request):
        self.queries = numbers(request["queries"], request["width"])
        self.k = request["k"]
        self.index = self.faiss.IndexFlatIP(request["width"])
        self.index.add(numbers(request["candidates"], request["width"]))

    def use(self, request):
        counts = range(1, request["threads"] + 1)
        divisions = [(own, of_blas) for own in counts for of_blas in counts]
        if len(divisions) > 1:
            self.divide(min(divisions, key=self.best_time))
        else:
            self.divide(divisions[0])

    def divide(self, division):
        self.faiss.omp_set_num_threads(division[0])
        blas.openblas_set_num_threads(division[1])

    def best_time(self, division):
        # In a child: once both have had several threads in a process, every division is slower there.
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self.divide(division)
            os.write(writing, str(min(measure(self, 1), measure(self, 1))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answers:
            seconds = float(answers.read())
        os.waitpid(child, 0)
        return seconds

    def run(self):
        self.result, _ = self.index.search(self.queries, self.k)


class Index:
    """What is asked for neighbours, so many queries at a time."""

    def vectors(self, request):
        self.width, self.k = request["width"], request["k"]
        self.rows = numbers(request["rows"], self.width)
        self.all_queries = numbers(request["queries"], self.width)

    def build(self, request):
        cache, parameters = request["cache"], request["parameters"]
        if not os.path.exists(cache + ".json"):
            os.makedirs(os.path.dirname(cache), exist_ok=True)
            start = time.perf_counter()
            self.make(parameters)
            seconds = time.perf_counter() - start
            self.write(cache)
            with open(cache + ".json", "w") as file:
                json.dump({"seconds": seconds, "bytes": os.path.getsize(cache)}, file)
            cached = False
        else:
            self.read(cache)
            cached = True
        with open(cache + ".json") as file:
            return {"cached": cached, **json.load(file)}

    def use(self, request):
        self.batch, self.queries = request["batch"], self.all_queries[:request["queries"]]
        return {"chosen": self.choose(request["parameters"], request["threads"])}

    def run(self):
        found = [self.search(self.queries[i:i + self.batch]) for i in range(0, len(self.queries), self.batch)]
        self.result = numpy.concatenate(found).astype(numpy.int32)


class FaissIndex(Index):
    def __init__(self):
        import faiss
        self.faiss = faiss
        options = faiss.get_compile_options().strip()
        self.version = f"Faiss {faiss.__version__} ({options}) on {OpenBlas.version}"

    def write(self, path):
        self.faiss.write_index(self.index, path)

    def read(self, path):
        self.index = self.faiss.read_index(path)

    def search(self, queries):
        return self.index.search(queries, self.k)[1]


class FaissFlat(FaissIndex, Faiss):
    """Its threads, those of OpenBLAS, and from how many queries on OpenBLAS is used at all: the best of all is found first."""

    def make(self, parameters):
        self.index = self.faiss.IndexFlatIP(self.width)
        self.index.add(self.rows)

    def choose(self, parameters, threads):
        counts = range(1, threads + 1)
        choices = [(own, of_blas, first) for own in counts for of_blas in counts for first in (20, 1)]
        choice = min(choices, key=self.best_time)
        self.divide(choice)
        return dict(zip(("openmp", "openblas", "blas_threshold"), choice))

    def divide(self, choice):
        super().divide(choice[:2])
        self.faiss.cvar.distance_compute_blas_threshold = choice[2]


class FaissIvfPq(FaissIndex):
    """4-bit product quantisation of residuals, scanned by look-ups in registers; the best are scored again by the rows."""

    def make(self, parameters):
        # The coarse product of training and adding takes both: threads of its own are better than those of OpenBLAS.
        self.faiss.omp_set_num_threads(os.cpu_count())
        blas.openblas_set_num_threads(1)
        self.index = self.faiss.index_factory(self.width, f"IVF{parameters['lists']},PQ{parameters['subspaces']}x4fs,RFlat", self.faiss.METRIC_INNER_PRODUCT)
        # The default is codes of the rows themselves, which lose recall and, by inner product, win no time.
        self.lists().by_residual = True
        self.index.train(self.rows)
        self.index.add(self.rows)

    def lists(self):
        return self.faiss.downcast_index(self.index.base_index)

    def choose(self, parameters, threads):
        self.faiss.omp_set_num_threads(threads)
        blas.openblas_set_num_threads(1)
        self.lists().nprobe = parameters["nprobe"]
        self.index.k_factor = parameters["k_factor"]
        return {}


class HnswLib(Index):
    def __init__(self):
        import hnswlib
        self.hnswlib = hnswlib
        try:
            from importlib.metadata import version
            self.version = f"hnswlib {version('hnswlib')}"
        except ImportError:
            self.version = "hnswlib"

    def make(self, parameters):
        self.index = self.hnswlib.Index(space="ip", dim=self.width)
        self.index.init_index(max_elements=len(self.rows), M=parameters["m"], ef_construction=parameters["ef_construction"])
        self.index.add_items(self.rows, num_threads=os.cpu_count())

    def write(self, path):
        self.index.save_index(path)

    def read(self, path):
        self.index = self.hnswlib.Index(space="ip", dim=self.width)
        self.index.load_index(path, max_elements=len(self.rows))

    def choose(self, parameters, threads):
        self.threads = threads
        self.index.set_ef(parameters["ef"])
        return {}

    def search(self, queries):
        return self.index.knn_query(queries, k=self.k, num_threads=self.threads)[0]


def measure(peer, repetitions):
    start = time.perf_counter()
    for _ in range(repetitions):
        peer.run()
    return time.perf_counter() - start


try:
    peer = {"openblas": OpenBlas, "faiss": Faiss, "faiss-flat": FaissFlat, "faiss-ivfpqfs": FaissIvfPq, "hnswlib": HnswLib}[sys.argv[1]]()
except ImportError:
    answer(missing="python3-" + sys.argv[1].split("-")[0])
    sys.exit()
answer(version=peer.version)
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "run":
        seconds = measure(peer, request["repetitions"])
        # OpenBLAS' threads spin for 0.1 s, on processors that the other side is about to need.
        time.sleep(0.12)
        answer(seconds=seconds)
    elif request["do"] == "result":
        peer.result.tofile(request["path"])
        answer(done=True)
    else:
        answer(**(getattr(peer, request["do"])(request) or {"done": True}))
