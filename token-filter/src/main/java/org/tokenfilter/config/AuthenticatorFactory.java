package org.tokenfilter.config;

import static org.tokenfilter.config.ConfigurationKey.CREDENTIALS;
import static org.tokenfilter.config.ConfigurationKey.CREDENTIALS_FILE;
import static org.tokenfilter.config.ConfigurationKey.CREDENTIALS_ROLES;
import static org.tokenfilter.config.ConfigurationKey.STORE_CONCURRENCY;
import static org.tokenfilter.config.ConfigurationKey.SUBJECT_RECHECK;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.ContainerAuthenticator;
import org.tokenfilter.login.AccountRecheckPolicy;

/** A factory of authenticators and of the account recheck, by the settings. */
final class AuthenticatorFactory {

  private final Configuration settings;
  private final ClassLoader loader;
  private final List<String> problems;

  /**
   * Creates the factory.
   *
   * @param problems receives a sentence for each component that cannot be created
   */
  AuthenticatorFactory(Configuration settings, ClassLoader loader, List<String> problems) {
    this.settings = settings;
    this.loader = loader;
    this.problems = problems;
  }

  /** Returns the configured authenticator; null if none is configured or it cannot be created. */
  @Nullable Authenticator configured() {
    if (!settings.has(CREDENTIALS)) {
      return null;
    }
    return switch (settings.string(CREDENTIALS)) {
      case "container" -> containerAuthenticator();
      case "file" -> passwordFile();
      default -> ofClass(settings.string(CREDENTIALS));
    };
  }

  private @Nullable Authenticator containerAuthenticator() {
    Set<String> roles = settings.texts(CREDENTIALS_ROLES);
    if (roles.isEmpty()) {
      problems.add(
          CREDENTIALS_ROLES.key() + " must be set with " + CREDENTIALS.key() + "=container");
    }
    return new ContainerAuthenticator(roles);
  }

  private @Nullable Authenticator passwordFile() {
    if (!settings.has(CREDENTIALS_FILE)) {
      problems.add(CREDENTIALS_FILE.key() + " must be set with " + CREDENTIALS.key() + "=file");
      return null;
    }
    Path file = settings.path(CREDENTIALS_FILE);
    try {
      return ReloadingPasswords.of(file);
    } catch (IllegalArgumentException e) {
      problems.add("the password file " + e.getMessage());
    } catch (IOException e) {
      problems.add("the password file " + file + " cannot be read: " + e);
    }
    return null;
  }

  private @Nullable Authenticator ofClass(String className) {
    try {
      return Class.forName(className, true, loader)
          .asSubclass(Authenticator.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
      problems.add(
          "%s=%s is neither container nor file, nor a public class with a public constructor without"
                  .formatted(CREDENTIALS.key(), className)
              + " parameters that implements Authenticator: "
              + (e.getCause() == null ? e : e.getCause()));
      return null;
    }
  }

  /**
   * Returns the recheck of accounts that the settings require.
   *
   * @param checks the authenticator that reports the status of accounts; null for none
   */
  AccountRecheckPolicy recheck(@Nullable Authenticator checks) {
    Duration interval = settings.duration(SUBJECT_RECHECK);
    if (interval.isZero()) {
      return AccountRecheckPolicy.NEVER;
    }
    if (checks instanceof AccountStatusProvider provider) {
      return new AccountRecheckPolicy(interval, provider);
    }
    if (checks != null) {
      problems.add(
          "%s=%s needs an authenticator that reports account status; %s does not"
                  .formatted(SUBJECT_RECHECK.key(), interval, describe(checks))
              + ", since it does not implement AccountStatusProvider");
    } else if (!settings.has(CREDENTIALS)) {
      problems.add(
          "%s=%s needs %s: there is no authenticator to query"
              .formatted(SUBJECT_RECHECK.key(), interval, CREDENTIALS.key()));
    }
    return AccountRecheckPolicy.NEVER;
  }

  private static String describe(Authenticator checks) {
    return checks instanceof ContainerAuthenticator
        ? CREDENTIALS.key() + "=container"
        : checks.getClass().getName();
  }

  /**
   * Returns the maximum number of concurrent login checks. A password hash occupies a processor, so
   * that a password file gets half of the processors. Other authenticators may only wait, and get
   * {@code token.store.concurrency}.
   */
  int maxConcurrentLogins(Authenticator authenticator) {
    return authenticator instanceof ReloadingPasswords
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
        : settings.number(STORE_CONCURRENCY);
  }
}
