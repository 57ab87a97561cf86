package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.CharBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Where every login passes, whatever endpoint it comes from. A wrong user name, a wrong password
 * and credentials that nobody can have are refused alike. Few logins are checked at once, since a
 * hash costs a processor; a few more wait, and the rest is sent away, so that a storm of logins
 * leaves the processors and the container's threads to those who have tokens. Thread-safe.
 */
public final class LoginDesk {

  private static final int MAX_USERNAME_LENGTH = 255;
  private static final int MAX_PASSWORD_LENGTH = 1024;
  private static final int WAITING_PER_PLACE = 8;
  private static final int MOST_WAITING = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Authenticator authenticator;
  private final LoginThrottle throttle;
  private final Semaphore places;
  private final Semaphore queue;
  private final Failures failures;
  private final Duration patience;

  /** Hears of logins that are refused. */
  @FunctionalInterface
  public interface Failures {
    /** This user name, which may be anything, was refused. */
    void refused(String username, Rejection rejection, ClientAddress client);
  }

  /**
   * A desk.
   *
   * @param atOnce how many logins are checked at once
   */
  public LoginDesk(
      Authenticator authenticator, LoginThrottle throttle, int atOnce, Failures failures) {
    this(authenticator, throttle, atOnce, failures, PATIENCE);
  }

  /**
   * A desk at which logins wait for another time.
   *
   * @param patience how long a login waits for its turn
   */
  LoginDesk(
      Authenticator authenticator,
      LoginThrottle throttle,
      int atOnce,
      Failures failures,
      Duration patience) {
    this.authenticator = authenticator;
    this.throttle = throttle;
    this.places = new Semaphore(atOnce, true);
    this.queue =
        new Semaphore(atOnce + (int) Math.min(MOST_WAITING, (long) WAITING_PER_PLACE * atOnce));
    this.failures = failures;
    this.patience = patience;
  }

  /**
   * Logs in with the credentials of the scheme Basic.
   *
   * @param credentials what follows the scheme; null if there is nothing
   * @throws TokenRejectedException if they are missing or wrong
   * @throws IOException if that could not be decided
   */
  public Subject logInByBasic(
      @Nullable String credentials, HttpServletRequest request, ClientAddress client)
      throws TokenRejectedException, IOException {
    Optional<Login> login =
        credentials == null ? Optional.empty() : BasicCredentials.parse(credentials, request);
    return logIn(login.orElseThrow(() -> refused("no credentials of the scheme Basic")), client);
  }

  /**
   * Logs in, and wipes the password.
   *
   * @throws TokenRejectedException if the user name or the password is wrong, or too many logins
   *     have failed, or too many are waiting
   * @throws IOException if that could not be decided
   */
  public Subject logIn(Login login, ClientAddress client)
      throws TokenRejectedException, IOException {
    try {
      if (!isPossible(login)) {
        throw refused("credentials that nobody can have");
      }
      return check(login, client);
    } catch (TokenRejectedException e) {
      failures.refused(login.username(), e.rejection(), client);
      throw e;
    } finally {
      Arrays.fill(login.password(), '\0');
    }
  }

  private Subject check(Login login, ClientAddress client)
      throws TokenRejectedException, IOException {
    LoginThrottle.Attempt attempt = throttle.begin(login.username(), client);
    Optional<Subject> subject;
    try {
      subject = inTurn(login);
    } catch (TokenRejectedException | IOException | RuntimeException | Error undecided) {
      attempt.undecided();
      throw undecided;
    }
    if (subject.isEmpty()) {
      throw refused("wrong user name or password");
    }
    attempt.succeeded();
    return subject.get();
  }

  private Optional<Subject> inTurn(Login login) throws TokenRejectedException, IOException {
    if (!queue.tryAcquire()) {
      throw busy();
    }
    try {
      if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw busy();
      }
      try {
        return ask(login);
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a login to be checked", e);
    } finally {
      queue.release();
    }
  }

  private Optional<Subject> ask(Login login) throws IOException, InterruptedException {
    try {
      Optional<Subject> subject = authenticator.authenticate(login);
      // A team's own may answer null for whom it does not know, and nobody must see that it did.
      return subject == null ? Optional.empty() : subject;
    } catch (IOException | RuntimeException undecided) {
      throw undecided;
    } catch (Exception undeclared) {
      // One that is written in another language than Java may throw what no method declares.
      if (undeclared instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      throw new IOException("whoever checks passwords broke down", undeclared);
    }
  }

  private static boolean isPossible(Login login) {
    return isText(login.username(), MAX_USERNAME_LENGTH)
        && isText(CharBuffer.wrap(login.password()), MAX_PASSWORD_LENGTH);
  }

  /**
   * Neither has control characters (RFC 7617, 2; RFC 8265, 4.2) or halves of surrogate pairs. A
   * hash may take two such passwords for one: HMAC ignores zeros at the end of a key, and all
   * halves are encoded as the same question mark.
   */
  private static boolean isText(CharSequence text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.WRONG_CREDENTIALS, why);
  }

  private static TokenRejectedException busy() {
    return new TokenRejectedException(Rejection.LOGIN_BUSY, "too many logins wait to be checked");
  }
}
