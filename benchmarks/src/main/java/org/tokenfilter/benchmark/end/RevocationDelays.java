package org.tokenfilter.benchmark.end;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.tokenfilter.service.TokenService;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Revokes tokens on one node at random moments, and measures the delay until another node refuses
 * them. The other node has each token in its cache, if it caches at all, and is called again and
 * again for all revoked tokens that it has not refused yet.
 */
final class RevocationDelays {

  private static final ClientAddress CLIENT = ClientAddress.parse("127.0.0.1");
  private static final long BETWEEN_ROUNDS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int DIGITS = 3;
  private static final int SEED = 5;

  private final TokenService revoker;
  private final TokenService observer;
  private final Random random = new Random(SEED);
  private final Queue<RevokedToken> pending = new ConcurrentLinkedQueue<>();

  RevocationDelays(TokenService revoker, TokenService observer) {
    this.revoker = revoker;
    this.observer = observer;
  }

  /**
   * Returns the delays from the acknowledgement of each revocation to the first refused request, in
   * microseconds.
   */
  Histogram measure(Duration time, int number) throws Exception {
    List<RevokedToken> tokens = issue(number);
    long[] moments = random.longs(number, 0, time.toNanos()).sorted().toArray();
    ExecutorService asking = Executors.newSingleThreadExecutor();
    try {
      Future<?> refused = asking.submit(() -> pollUntilRefused(number));
      long begin = System.nanoTime();
      for (int i = 0; i < number; i++) {
        await(begin + moments[i]);
        RevokedToken token = tokens.get(i);
        observer.validate(token.presented());
        pending.add(token);
        if (!revoker.revoke(token.id())) {
          throw new IllegalStateException("the token was revoked already");
        }
        token.recordAcknowledgement(System.nanoTime());
      }
      refused.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      asking.shutdownNow();
    }
    Histogram micros = new Histogram(TimeUnit.NANOSECONDS.toMicros(TIMEOUT.toNanos()), DIGITS);
    tokens.forEach(
        token -> micros.recordValue(TimeUnit.NANOSECONDS.toMicros(token.nanosUntilRefused())));
    return micros;
  }

  /** Issues tokens, each of which the other node has validated once. */
  private List<RevokedToken> issue(int number) throws TokenRejectedException {
    List<RevokedToken> tokens = new ArrayList<>(number);
    for (int i = 0; i < number; i++) {
      IssuedToken token =
          revoker.issueSession(Subject.of("user-" + i, "user"), Duration.ZERO, CLIENT, Set.of());
      SessionId session = token.sessionId();
      Set<String> ids = session == null ? Set.of() : Set.of(session.value());
      PresentedToken presented = new PresentedToken(token.value(), ids, CLIENT, false);
      observer.validate(presented);
      tokens.add(new RevokedToken(token.record().id(), presented));
    }
    return tokens;
  }

  private static void await(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(nanos - System.nanoTime());
    }
  }

  private void pollUntilRefused(int number) {
    int refused = 0;
    while (refused < number && !Thread.currentThread().isInterrupted()) {
      for (Iterator<RevokedToken> tokens = pending.iterator(); tokens.hasNext(); ) {
        RevokedToken token = tokens.next();
        long begin = System.nanoTime();
        if (isRefused(token)) {
          token.recordRefusal(begin);
          tokens.remove();
          refused++;
        }
      }
      LockSupport.parkNanos(BETWEEN_ROUNDS);
    }
  }

  private boolean isRefused(RevokedToken token) {
    try {
      observer.validate(token.presented());
      return false;
    } catch (TokenRejectedException refused) {
      return true;
    }
  }
}
