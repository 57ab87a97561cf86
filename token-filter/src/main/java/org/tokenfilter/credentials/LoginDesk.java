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
 * Where every login passes, whatever endpoint it comes from. A wrong user name, a wrong password
 * and credentials that nobody can have are refused alike. Few logins are checked at once, since a
 * hash costs a processor; more of them wait for a bounded time, and the rest is sent away, so that
 * a storm of logins leaves the processors and most of the container's threads to requests with
 * tokens. Thread-safe.
 */
public final class LoginDesk {

  private static final int MAX_USERNAME_LENGTH = 255;
  private static final int MAX_PASSWORD_LENGTH = 1024;

  /** What API keys are counted by begins so; no user name does. */
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

  /** Hears of logins that are refused. */
  @FunctionalInterface
  public interface Failures {
    /** This user name, which may be anything, was refused. */
    void refused(String username, TokenRejectedException refused, ClientAddress client);
  }

  /**
   * How many logins there may be at the desk at once.
   *
   * @param checked how many are checked
   * @param waiting how many more wait
   * @param patience how long one waits
   */
  public record Crowd(int checked, int waiting, Duration patience) {

    /** How long a login waits where nothing else is said. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Some who wait for as long as is usual. */
    public Crowd(int checked, int waiting) {
      this(checked, waiting, PATIENCE);
    }
  }

  /**
   * A desk.
   *
   * @param nanos a time in nanoseconds, of any origin
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
   * Logs in with the credentials of the scheme Basic.
   *
   * @param credentials what follows the scheme; null if there is nothing
   * @throws TokenRejectedException if they are missing or wrong, or as {@link #logIn}
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
   * Logs in by an API key, and wipes it. Failures are counted for the key and for the client: keys
   * of others are not held up by what somebody tries.
   *
   * @throws TokenRejectedException if nobody has the key, or as {@link #logIn}
   * @throws IOException if that could not be decided
   */
  public Subject logInByKey(ApiKey key, ClientAddress client)
      throws TokenRejectedException, IOException {
    String name = KEYS + hex(remembered.digestOf(KEYS, key.value()));
    Login login = new Login(name, key.value(), key.request());
    try {
      if (!isText(CharBuffer.wrap(key.value()), MAX_PASSWORD_LENGTH)) {
        throw refused("credentials that nobody can have");
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
      return check(login, client, authenticator::authenticate);
    } catch (TokenRejectedException e) {
      failures.refused(login.username(), e, client);
      throw e;
    } finally {
      Arrays.fill(login.password(), '\0');
    }
  }

  /** Asks about a login. */
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
    // Not the method without a time, which goes before those that wait.
    if (!places.tryAcquire(0, TimeUnit.NANOSECONDS)
        && !places.tryAcquire(wait.begin(), TimeUnit.NANOSECONDS)) {
      throw Wait.tooLong();
    }
    try {
      wait.close();
      // Meanwhile another one may have succeeded with the same.
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
    // Before it is asked: what is changed while it answers must not be missed.
    Object version = authenticator.accountsVersion();
    try {
      Optional<Subject> subject = question.ask(login);
      // A team's own may answer null for whom it does not know, and nobody must see that it did.
      if (subject == null) {
        return Optional.empty();
      }
      subject.ifPresent(who -> remembered.keep(login.username(), digest, who, version));
      return subject;
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
}
