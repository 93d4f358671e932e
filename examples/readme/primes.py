import jarpipe

if __name__ == "__main__":
    ctx = jarpipe.get_context()  # a multiprocessing context; its Process is Java
    jobs, results = ctx.Queue(), ctx.Queue()
    workers = [ctx.Process(target="org.example.Primes", args=(jobs, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for digits in range(100, 200, 10):
        jobs.put(10**digits)
    for _ in workers:
        jobs.put(None)  # one sentinel for each worker
    for number, prime in sorted(results.get() for _ in range(100, 200, 10)):
        print(f"{number:.0e} is followed by the prime {number:.0e} + {prime - number}")
    for worker in workers:
        worker.join()
