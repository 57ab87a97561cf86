package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Redaction of the messages of drivers and pools. A message that may contain a secret is omitted,
 * because drivers put URLs into their messages, as a whole or from the position of a syntax error
 * on.
 */
final class SecretRedaction {

  /** The replacement for a message. */
  private static final String REDACTED =
      "(message omitted because it repeats a part of the URL that may be secret)";

  /** A URL with more than driver, host and database, or a named password. */
  private static final Pattern URL_WITH_SECRETS =
      Pattern.compile("jdbc:\\S*[?;@(=]|(?:pass|pwd|secret)\\w*\\s*=", Pattern.CASE_INSENSITIVE);

  /** A colon after a host without a port after it. */
  private static final Pattern ODD_PORT = Pattern.compile("//[^/?;]*:(?!\\d{1,5}(?:[,/?;]|\\z))");

  private static final Pattern ADDRESS_IN_BRACKETS = Pattern.compile("\\[[^]]*]");

  /** The least length of a secret in UTF-16 code units; shorter texts occur in any message. */
  private static final int MIN_SECRET_LENGTH = 3;

  private SecretRedaction() {}

  /** Returns the failure as it may be logged, without its message if that may contain a secret. */
  static SQLException redact(SQLException failure) {
    return redact(failure, List.of());
  }

  /**
   * Returns the failure as it may be logged, without its message if that may contain a secret or
   * contains one of the given secrets.
   *
   * @param secrets texts that must not be logged
   */
  static SQLException redact(SQLException failure, List<String> secrets) {
    if (!containsSecret(failure, secrets, Collections.newSetFromMap(new IdentityHashMap<>()))) {
      return failure;
    }
    SQLException silent =
        new SQLException(
            failure.getClass().getSimpleName() + " " + REDACTED,
            failure.getSQLState() == null && SqlErrors.isTransient(failure)
                ? "08000"
                : failure.getSQLState(),
            failure.getErrorCode());
    silent.setStackTrace(failure.getStackTrace());
    return silent;
  }

  /**
   * Returns the parts of a URL that may be secret. These are the values of its parameters. If the
   * URL names a user, contains parentheses, or has other text in place of a port, they are all of
   * its parts.
   */
  static List<String> secretsOf(String url) {
    int parameters = indexOfAny(url, "?;");
    boolean plain =
        indexOfAny(url, "@(") == url.length()
            && !ODD_PORT.matcher(ADDRESS_IN_BRACKETS.matcher(url).replaceAll("")).find();
    String hidden = plain ? url.substring(parameters) : url.replaceFirst("^jdbc:[^:]*:", "");
    List<String> secrets = new ArrayList<>();
    for (String parameter : hidden.split("[?&;(),]", -1)) {
      String value = parameter.substring(parameter.indexOf('=') + 1);
      for (String part : value.split("[@/:\\s]", -1)) {
        add(secrets, part);
      }
      add(secrets, value);
    }
    return secrets;
  }

  private static void add(List<String> secrets, String text) {
    if (text.length() >= MIN_SECRET_LENGTH) {
      secrets.add(text);
      try {
        secrets.add(URLDecoder.decode(text, UTF_8));
      } catch (IllegalArgumentException noPercentEncoding) {
        // The text is not percent-encoded and is added as it is.
        secrets.add(text);
      }
    }
  }

  private static int indexOfAny(String text, String characters) {
    int index = 0;
    while (index < text.length() && characters.indexOf(text.charAt(index)) < 0) {
      index++;
    }
    return index;
  }

  private static boolean containsSecret(
      @Nullable Throwable failure, List<String> secrets, Set<Throwable> seen) {
    if (failure == null || !seen.add(failure)) {
      return false;
    }
    String message = Objects.requireNonNullElse(failure.getMessage(), "");
    return URL_WITH_SECRETS.matcher(message).find()
        || secrets.stream().anyMatch(message::contains)
        || containsSecret(failure.getCause(), secrets, seen)
        || (failure instanceof SQLException one
            && containsSecret(one.getNextException(), secrets, seen))
        || List.of(failure.getSuppressed()).stream()
            .anyMatch(one -> containsSecret(one, secrets, seen));
  }
}
