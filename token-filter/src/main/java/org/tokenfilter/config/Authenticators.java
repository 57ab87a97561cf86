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
import org.tokenfilter.credentials.Authenticator;
import org.tokenfilter.credentials.ContainerRealm;
import org.tokenfilter.service.Recheck;

/** Makes whoever checks passwords, by the settings. */
final class Authenticators {

  private final Configuration settings;
  private final ClassLoader loader;
  private final List<String> problems;

  /**
   * Makes them later.
   *
   * @param problems gets a sentence for each that cannot be made
   */
  Authenticators(Configuration settings, ClassLoader loader, List<String> problems) {
    this.settings = settings;
    this.loader = loader;
    this.problems = problems;
  }

  /** Who checks passwords; null if nobody is set to, or it cannot be made. */
  @Nullable Authenticator chosen() {
    if (!settings.has(CREDENTIALS)) {
      return null;
    }
    return switch (settings.string(CREDENTIALS)) {
      case "container" -> containerRealm();
      case "file" -> passwordFile();
      default -> own(settings.string(CREDENTIALS));
    };
  }

  private @Nullable Authenticator containerRealm() {
    Set<String> roles = settings.texts(CREDENTIALS_ROLES);
    if (roles.isEmpty()) {
      problems.add(CREDENTIALS_ROLES.key() + " is needed with " + CREDENTIALS.key() + "=container");
    }
    return new ContainerRealm(roles);
  }

  private @Nullable Authenticator passwordFile() {
    if (!settings.has(CREDENTIALS_FILE)) {
      problems.add(CREDENTIALS_FILE.key() + " is needed with " + CREDENTIALS.key() + "=file");
      return null;
    }
    Path file = settings.path(CREDENTIALS_FILE);
    try {
      return ReloadedPasswords.of(file);
    } catch (IllegalArgumentException e) {
      problems.add("the password file " + e.getMessage());
    } catch (IOException e) {
      problems.add("the password file " + file + " cannot be read: " + e);
    }
    return null;
  }

  private @Nullable Authenticator own(String className) {
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
   * Whether subjects may go on is asked as the settings say.
   *
   * @param checks who checks passwords, and is asked; null for nobody
   */
  Recheck recheck(@Nullable Authenticator checks) {
    Duration interval = settings.duration(SUBJECT_RECHECK);
    if (interval.isZero()) {
      return Recheck.NEVER;
    }
    if (checks != null && checks.canTellCurrent()) {
      return new Recheck(interval, checks::current);
    }
    if (checks != null) {
      problems.add(
          "%s=%s needs an authenticator that can be asked, and %s cannot"
                  .formatted(SUBJECT_RECHECK.key(), interval, named(checks))
              + ": it does not implement canTellCurrent and current");
    } else if (!settings.has(CREDENTIALS)) {
      problems.add(
          "%s=%s needs %s: nobody could be asked"
              .formatted(SUBJECT_RECHECK.key(), interval, CREDENTIALS.key()));
    }
    return Recheck.NEVER;
  }

  private static String named(Authenticator checks) {
    return checks instanceof ContainerRealm
        ? CREDENTIALS.key() + "=container"
        : checks.getClass().getName();
  }

  /** How many logins may be checked at once: a hash costs a processor, another answer may not. */
  int atOnce(Authenticator authenticator) {
    return authenticator instanceof ReloadedPasswords
        ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
        : settings.number(STORE_CONCURRENCY);
  }
}
