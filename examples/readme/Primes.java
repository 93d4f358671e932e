package org.example;

import io.jarpipe.MpQueue;
import java.math.BigInteger;
import java.util.List;

public final class Primes {
    public static void run(MpQueue<BigInteger> jobs, MpQueue<List<BigInteger>> results) throws Exception {
        for (BigInteger number : jobs.until(null)) {
            results.put(List.of(number, number.nextProbablePrime()));
        }
    }
}
