"""Runs a peer's work for the comparison, which tells it on the standard input what to do: one JSON object a line, one answer a line.

    peer.py openblas    {"do": "product", "m": .., "n": .., "k": .., "transpose_b": .., "a": FILE, "b": FILE}
    peer.py faiss       {"do": "topk", "queries": FILE, "candidates": FILE, "width": .., "k": ..}
    both                {"do": "use", "threads": ..}
                        {"do": "run", "repetitions": ..} answers {"seconds": ..}
                        {"do": "result", "path": FILE}

The first line that it prints says its version, or what is missing. Files hold float32 numbers, row by row.
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


def measure(peer, repetitions):
    start = time.perf_counter()
    for _ in range(repetitions):
        peer.run()
    return time.perf_counter() - start


try:
    peer = {"openblas": OpenBlas, "faiss": Faiss}[sys.argv[1]]()
except ImportError:
    answer(missing="python3-faiss")
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
        getattr(peer, request["do"])(request)
        answer(done=True)
