package org.tokenfilter.config;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** An authenticator for {@code token.credentials}, and classes that are no valid value. */
public final class OwnAuthenticator implements Authenticator {

  /** Called by the factory. */
  public OwnAuthenticator() {}

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
    return new String(credential.password()).equals("open sesame")
        ? Optional.of(Subject.of(credential.username(), "own"))
        : Optional.empty();
  }

  /** An authenticator that must be closed. */
  public static final class Closeable implements Authenticator, AutoCloseable {

    static final AtomicInteger OPEN = new AtomicInteger();

    /** Called by the factory. */
    public Closeable() {
      OPEN.incrementAndGet();
    }

    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }

    @Override
    public void close() {
      OPEN.decrementAndGet();
    }
  }

  /** A class that is no authenticator. */
  public static final class Other {}

  /** An authenticator that is not public. */
  static final class Hidden implements Authenticator {
    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }
  }

  /** An authenticator without a constructor without parameters. */
  public record Parameters(String url) implements Authenticator {
    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }
  }

  /** An authenticator that cannot be instantiated. */
  public abstract static class Unfinished implements Authenticator {}

  /** An authenticator whose constructor fails. */
  public static final class Failing implements Authenticator {
    /** Fails. */
    public Failing() {
      throw new IllegalStateException("the directory's address is missing");
    }

    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }
  }
}
