package org.tokenfilter.config;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.token.Subject;

/** What a team names in {@code token.credentials}; and what it names there by mistake. */
public final class OwnAuthenticator implements Authenticator {

  /** As a container makes it. */
  public OwnAuthenticator() {}

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
    return new String(credential.password()).equals("open sesame")
        ? Optional.of(Subject.of(credential.username(), "own"))
        : Optional.empty();
  }

  /** Holds something that is to be closed. */
  public static final class Closeable implements Authenticator, AutoCloseable {

    static final AtomicInteger OPEN = new AtomicInteger();

    /** As a container makes it. */
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

  /** No Authenticator. */
  public static final class Other {}

  /** Not public. */
  static final class Hidden implements Authenticator {
    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }
  }

  /** Not made without parameters. */
  public record Parameters(String url) implements Authenticator {
    @Override
    public Optional<Subject> authenticate(UsernamePasswordCredential credential) {
      return Optional.empty();
    }
  }

  /** Not made at all. */
  public abstract static class Unfinished implements Authenticator {}

  /** Fails when it is made. */
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
