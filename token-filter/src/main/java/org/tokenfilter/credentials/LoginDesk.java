package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.CharBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The login service, which all logins of all endpoints use. A wrong user name, a wrong password and
 * malformed credentials are rejected in the same way.
 *
 * <p>Only a few logins are checked concurrently, since a password hash occupies a processor. A
 * limited number of others wait for a limited time, and the rest are rejected. So a burst of logins
 * leaves the processors and most of the container's threads to requests with tokens. Thread-safe.
 */
public final class LoginDesk {

  private static final int MAX_USERNAME_LENGTH = 255;
  private static final int MAX_PASSWORD_LENGTH = 1024;

  /** The prefix of the names by which API keys are counted; no user name starts with it. */
  private static final String KEYS = "\0key ";

  private static final String SHOWN_FOR_A_KEY = "(an API key)";

  private final Authenticator authenticator;
  private final LoginThrottle throttle;
  private final Crowd crowd;
  private final Semaphore places;
  private final Semaphore seats;
  private final Failures failures;
  private final Ticker nanos;
  private final KnownLogins known;
  private final RememberedLogins remembered;

  /** A listener that is notified of failed logins. */
  @FunctionalInterface
  public interface Failures {
    /**
     * Called after a login was rejected.
     *
     * @param username the user name, which may be any text that a client sent
     * @param refused the rejection
     * @param client the address of the client
     */
    void refused(String username, TokenRejectedException refused, ClientAddress client);
  }

  /**
   * The limits for concurrent logins.
   *
   * @param checked the maximum number of logins that are checked concurrently
   * @param waiting the maximum number of other logins that wait
   * @param patience the maximum time that a login waits
   */
  public record Crowd(int checked, int waiting, Duration patience) {

    /** The default of the maximum time that a login waits. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Creates limits with the default waiting time. */
    public Crowd(int checked, int waiting) {
      this(checked, waiting, PATIENCE);
    }
  }

  /**
   * Creates a login service.
   *
   * @param authenticator checks the credentials
   * @param throttle limits the number of failed logins
   * @param crowd the limits for concurrent logins
   * @param failures the listener for failed logins
   * @param random the source of the key for digests
   * @param nanos a time in nanoseconds, with any origin
   */
  public LoginDesk(
      Authenticator authenticator,
      LoginThrottle throttle,
      Crowd crowd,
      Failures failures,
      SecureRandom random,
      Ticker nanos) {
    this.authenticator = authenticator;
    this.throttle = throttle;
    this.crowd = crowd;
    this.places = new Semaphore(crowd.checked(), true);
    this.seats = new Semaphore(crowd.waiting());
    this.failures = failures;
    this.nanos = nanos;
    KeyedDigest digests = new KeyedDigest(random);
    this.known = new KnownLogins(digests, nanos);
    this.remembered = new RememberedLogins(digests, nanos);
  }

  /**
   * Logs in a user with credentials of the Basic scheme.
   *
   * @param credentials the text after the name of the scheme; null if there is none
   * @throws TokenRejectedException if the credentials are missing or wrong, or for the other
   *     reasons of {@link #logIn}
   * @throws IOException if the credentials could not be checked
   */
  public Subject logInByBasic(
      @Nullable String credentials, HttpServletRequest request, ClientAddress client)
      throws TokenRejectedException, IOException {
    Optional<Login> login =
        credentials == null ? Optional.empty() : BasicCredentials.parse(credentials, request);
    return logIn(login.orElseThrow(() -> refused("no credentials of the Basic scheme")), client);
  }

  /**
   * Logs in a user with an API key, and overwrites the key. Failures are counted for the key and
   * for the client, so that failed attempts with one key do not delay the use of others.
   *
   * @throws TokenRejectedException if no user has the key, or for the other reasons of {@link
   *     #logIn}
   * @throws IOException if the key could not be checked
   */
  public Subject logInByKey(ApiKey key, ClientAddress client)
      throws TokenRejectedException, IOException {
    String name = KEYS + hex(remembered.digestOf(KEYS, key.value()));
    Login login = new Login(name, key.value(), key.request());
    try {
      if (!isText(CharBuffer.wrap(key.value()), MAX_PASSWORD_LENGTH)) {
        throw refused("malformed credentials");
      }
      return check(login, client, unused -> authenticator.authenticateKey(key));
    } catch (TokenRejectedException e) {
      failures.refused(SHOWN_FOR_A_KEY, e, client);
      throw e;
    } finally {
      Arrays.fill(key.value(), '\0');
    }
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /**
   * Logs in a user with a user name and a password, and overwrites the password.
   *
   * @throws TokenRejectedException if the user name or the password is wrong, if too many logins
   *     have failed, or if too many are waiting
   * @throws IOException if the user name and the password could not be checked
   */
  public Subject logIn(Login login, ClientAddress client)
      throws TokenRejectedException, IOException {
    try {
      if (!isPossible(login)) {
        throw refused("malformed credentials");
      }
      return check(login, client, authenticator::authenticate);
    } catch (TokenRejectedException e) {
      failures.refused(login.username(), e, client);
      throw e;
    } finally {
      Arrays.fill(login.password(), '\0');
    }
  }

  /** A call of the authenticator for one kind of credentials. */
  @FunctionalInterface
  private interface Question {
    Optional<Subject> ask(Login login) throws IOException;
  }

  private Subject check(Login login, ClientAddress client, Question question)
      throws TokenRejectedException, IOException {
    String name = CountedName.of(login.username());
    String from = LoginThrottle.counted(client);
    KnownLogins.Look look = known.at(name, from, login.password());
    byte[] digest = remembered.digestOf(login.username(), login.password());
    try (Wait wait = new Wait(seats, crowd.patience(), nanos)) {
      LoginThrottle.Attempt attempt = throttle.begin(name, from, look.canBeKnown(), wait);
      Optional<Subject> subject;
      try {
        subject = decided(login, digest, question, wait);
      } catch (TokenRejectedException
          | IOException
          | InterruptedException
          | RuntimeException
          | Error undecided) {
        attempt.undecided();
        throw undecided;
      }
      LoginThrottle.Limit beyond = attempt.beyond();
      if (subject.isEmpty() || (beyond != null && !look.isKnown())) {
        attempt.failed();
        throw beyond == null ? refused("wrong user name or password") : beyond.refusal();
      }
      attempt.succeeded();
      look.succeeded();
      return subject.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a login to be checked", e);
    }
  }

  private Optional<Subject> decided(Login login, byte[] digest, Question question, Wait wait)
      throws TokenRejectedException, IOException, InterruptedException {
    Optional<Subject> again = again(login, digest);
    if (again.isPresent()) {
      return again;
    }
    // Not the method without a timeout, which would overtake the waiting logins.
    if (!places.tryAcquire(0, TimeUnit.NANOSECONDS)
        && !places.tryAcquire(wait.begin(), TimeUnit.NANOSECONDS)) {
      throw Wait.tooLong();
    }
    try {
      wait.close();
      // Another login may have succeeded with the same credentials in the meantime.
      again = again(login, digest);
      return again.isPresent() ? again : ask(login, digest, question);
    } finally {
      places.release();
    }
  }

  private Optional<Subject> again(Login login, byte[] digest) {
    return remembered.find(login.username(), digest, authenticator.accountsVersion());
  }

  private Optional<Subject> ask(Login login, byte[] digest, Question question)
      throws IOException, InterruptedException {
    // Read before the check, so that a change of the accounts during the check is noticed.
    Object version = authenticator.accountsVersion();
    try {
      Optional<Subject> subject = question.ask(login);
      // An implementation may return null for an unknown user; this must not be observable.
      if (subject == null) {
        return Optional.empty();
      }
      subject.ifPresent(who -> remembered.keep(login.username(), digest, who, version));
      return subject;
    } catch (IOException | RuntimeException undecided) {
      throw undecided;
    } catch (Exception undeclared) {
      // An implementation in a language other than Java may throw undeclared exceptions.
      if (undeclared instanceof InterruptedException interrupted) {
        throw interrupted;
      }
      throw new IOException("the authenticator failed", undeclared);
    }
  }

  private static boolean isPossible(Login login) {
    return isText(login.username(), MAX_USERNAME_LENGTH)
        && isText(CharBuffer.wrap(login.password()), MAX_PASSWORD_LENGTH);
  }

  /**
   * Returns whether a text has no control characters (RFC 7617, 2; RFC 8265, 4.2) and no halves of
   * surrogate pairs. Two different passwords with these could have the same hash: HMAC ignores
   * zeros at the end of a key, and all halves are encoded as the same question mark.
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
}
