package org.tokenfilter.login;

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
import org.jspecify.annotations.Nullable;
import org.tokenfilter.credentials.ApiKeyCredential;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.guard.Bulkhead;
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
public final class LoginService {

  private static final int MAX_USERNAME_LENGTH = 255;
  private static final int MAX_PASSWORD_LENGTH = 1024;

  /** The prefix of the names by which API keys are counted; no user name starts with it. */
  private static final String API_KEY_PREFIX = "\0key ";

  private static final String API_KEY_DISPLAY_NAME = "(an API key)";

  private final Authenticator authenticator;
  private final LoginThrottle throttle;
  private final Capacity capacity;
  private final Bulkhead bulkhead;
  private final Semaphore waitingSlots;
  private final LoginFailureListener failureListener;
  private final Ticker nanos;
  private final KnownLogins knownLogins;
  private final LoginCache loginCache;

  /** A listener that is notified of failed logins. */
  @FunctionalInterface
  public interface LoginFailureListener {
    /**
     * Called after a login was rejected.
     *
     * @param username the user name, which may be any text that a client sent
     * @param refused the rejection
     * @param client the address of the client
     */
    void loginFailed(String username, TokenRejectedException refused, ClientAddress client);
  }

  /**
   * The limits for concurrent logins.
   *
   * @param maxConcurrent the maximum number of logins that are checked concurrently
   * @param maxWaiting the maximum number of other logins that wait
   * @param maxWait the maximum time that a login waits
   */
  public record Capacity(int maxConcurrent, int maxWaiting, Duration maxWait) {

    /** The default of the maximum time that a login waits. */
    public static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(5);

    /** Creates limits with the default waiting time. */
    public Capacity(int maxConcurrent, int maxWaiting) {
      this(maxConcurrent, maxWaiting, DEFAULT_MAX_WAIT);
    }
  }

  /**
   * Creates a login service.
   *
   * @param authenticator checks the credentials
   * @param throttle limits the number of failed logins
   * @param capacity the limits for concurrent logins
   * @param failureListener the listener for failed logins
   * @param random the source of the key for digests
   * @param nanos a time in nanoseconds, with any origin
   */
  public LoginService(
      Authenticator authenticator,
      LoginThrottle throttle,
      Capacity capacity,
      LoginFailureListener failureListener,
      SecureRandom random,
      Ticker nanos) {
    this.authenticator = authenticator;
    this.throttle = throttle;
    this.capacity = capacity;
    this.bulkhead = Bulkhead.fair(capacity.maxConcurrent(), capacity.maxWait(), "logins");
    this.waitingSlots = new Semaphore(capacity.maxWaiting());
    this.failureListener = failureListener;
    this.nanos = nanos;
    KeyedDigest digests = new KeyedDigest(random);
    this.knownLogins = new KnownLogins(digests, nanos);
    this.loginCache = new LoginCache(digests, nanos);
  }

  /**
   * Logs in a user with credentials of the Basic scheme.
   *
   * @param credentials the text after the name of the scheme; null if there is none
   * @throws TokenRejectedException if the credentials are missing or wrong, or for the other
   *     reasons of {@link #login}
   * @throws IOException if the credentials could not be checked
   */
  public Subject loginWithBasic(
      @Nullable String credentials, HttpServletRequest request, ClientAddress client)
      throws TokenRejectedException, IOException {
    Optional<UsernamePasswordCredential> login =
        credentials == null ? Optional.empty() : BasicCredentials.parse(credentials, request);
    return login(login.orElseThrow(() -> rejection("no credentials of the Basic scheme")), client);
  }

  /**
   * Logs in a user with an API key, and overwrites the key. Failures are counted for the key and
   * for the client, so that failed attempts with one key do not delay the use of others.
   *
   * @throws TokenRejectedException if no user has the key, or for the other reasons of {@link
   *     #login}
   * @throws IOException if the key could not be checked
   */
  public Subject loginWithApiKey(ApiKeyCredential key, ClientAddress client)
      throws TokenRejectedException, IOException {
    String name = API_KEY_PREFIX + hex(loginCache.digestOf(API_KEY_PREFIX, key.value()));
    UsernamePasswordCredential credential =
        new UsernamePasswordCredential(name, key.value(), key.request());
    try {
      if (!isText(CharBuffer.wrap(key.value()), MAX_PASSWORD_LENGTH)) {
        throw rejection("malformed credentials");
      }
      return check(credential, client, unused -> authenticator.authenticateKey(key));
    } catch (TokenRejectedException e) {
      failureListener.loginFailed(API_KEY_DISPLAY_NAME, e, client);
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
  public Subject login(UsernamePasswordCredential credential, ClientAddress client)
      throws TokenRejectedException, IOException {
    try {
      if (!isWellFormed(credential)) {
        throw rejection("malformed credentials");
      }
      return check(credential, client, authenticator::authenticate);
    } catch (TokenRejectedException e) {
      failureListener.loginFailed(credential.username(), e, client);
      throw e;
    } finally {
      Arrays.fill(credential.password(), '\0');
    }
  }

  /** A call of the authenticator for one kind of credentials. */
  @FunctionalInterface
  private interface CredentialCheck {
    Optional<Subject> check(UsernamePasswordCredential credential) throws IOException;
  }

  private Subject check(
      UsernamePasswordCredential credential, ClientAddress client, CredentialCheck credentialCheck)
      throws TokenRejectedException, IOException {
    String name = NormalizedUsername.of(credential.username());
    String from = LoginThrottle.clientKey(client);
    KnownLogins.Lookup lookup = knownLogins.lookUp(name, from, credential.password());
    byte[] digest = loginCache.digestOf(credential.username(), credential.password());
    try (WaitingSlot slot = new WaitingSlot(waitingSlots, capacity.maxWait(), nanos)) {
      LoginThrottle.Attempt attempt = throttle.begin(name, from, lookup.canBeKnown(), slot);
      Optional<Subject> subject;
      try {
        subject = findOrCheck(credential, digest, credentialCheck, slot);
      } catch (TokenRejectedException
          | IOException
          | InterruptedException
          | RuntimeException
          | Error undecided) {
        attempt.cancelled();
        throw undecided;
      }
      LoginThrottle.Limit beyond = attempt.exceededLimit();
      if (subject.isEmpty() || (beyond != null && !lookup.isKnown())) {
        attempt.failed();
        throw beyond == null ? rejection("wrong user name or password") : beyond.rejection();
      }
      attempt.succeeded();
      lookup.succeeded();
      return subject.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a login to be checked", e);
    }
  }

  private Optional<Subject> findOrCheck(
      UsernamePasswordCredential credential,
      byte[] digest,
      CredentialCheck credentialCheck,
      WaitingSlot slot)
      throws TokenRejectedException, IOException, InterruptedException {
    Optional<Subject> again = findCached(credential, digest);
    if (again.isPresent()) {
      return again;
    }
    if (!bulkhead.tryEnter(0) && !bulkhead.tryEnter(slot.acquire())) {
      throw WaitingSlot.timedOut();
    }
    try {
      slot.close();
      // Another login may have succeeded with the same credentials in the meantime.
      again = findCached(credential, digest);
      return again.isPresent() ? again : callAuthenticator(credential, digest, credentialCheck);
    } finally {
      bulkhead.leave();
    }
  }

  private Optional<Subject> findCached(UsernamePasswordCredential credential, byte[] digest) {
    return loginCache.find(credential.username(), digest, authenticator.accountsVersion());
  }

  private Optional<Subject> callAuthenticator(
      UsernamePasswordCredential credential, byte[] digest, CredentialCheck credentialCheck)
      throws IOException, InterruptedException {
    // Read before the check, so that a change of the accounts during the check is noticed.
    Object version = authenticator.accountsVersion();
    try {
      Optional<Subject> subject = credentialCheck.check(credential);
      // An implementation may return null for an unknown user; this must not be observable.
      if (subject == null) {
        return Optional.empty();
      }
      subject.ifPresent(who -> loginCache.put(credential.username(), digest, who, version));
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

  private static boolean isWellFormed(UsernamePasswordCredential credential) {
    return isText(credential.username(), MAX_USERNAME_LENGTH)
        && isText(CharBuffer.wrap(credential.password()), MAX_PASSWORD_LENGTH);
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

  private static TokenRejectedException rejection(String why) {
    return new TokenRejectedException(Rejection.WRONG_CREDENTIALS, why);
  }
}
