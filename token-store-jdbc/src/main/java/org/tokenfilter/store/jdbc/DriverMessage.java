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
 * What a driver or a pool says, unless it repeats what may be secret: drivers put URLs into their
 * messages, whole or from the place on where they did not understand them.
 */
final class DriverMessage {

  /** Instead of what was said. */
  private static final String LEFT_OUT =
      "(its message is left out: it repeats a part of the URL that may be secret)";

  /** A URL with more than driver, host and database, or a password by its name. */
  private static final Pattern SUSPECT =
      Pattern.compile("jdbc:\\S*[?;@(=]|(?:pass|pwd|secret)\\w*\\s*=", Pattern.CASE_INSENSITIVE);

  /** A colon behind a host that no port follows. */
  private static final Pattern ODD_PORT = Pattern.compile("//[^/?;]*:(?!\\d{1,5}(?:[,/?;]|\\z))");

  private static final Pattern ADDRESS_IN_BRACKETS = Pattern.compile("\\[[^]]*]");

  /** Shorter ones are in any message. */
  private static final int LEAST = 3;

  private DriverMessage() {}

  /** The failure as it may be logged; it says nothing where what it said may be secret. */
  static SQLException shown(SQLException failure) {
    return shown(failure, List.of());
  }

  /**
   * The same for who knows the secrets.
   *
   * @param secrets what must not be repeated
   */
  static SQLException shown(SQLException failure, List<String> secrets) {
    if (!repeats(failure, secrets, Collections.newSetFromMap(new IdentityHashMap<>()))) {
      return failure;
    }
    SQLException silent =
        new SQLException(
            failure.getClass().getSimpleName() + " " + LEFT_OUT,
            failure.getSQLState() == null && Failures.passing(failure)
                ? "08000"
                : failure.getSQLState(),
            failure.getErrorCode());
    silent.setStackTrace(failure.getStackTrace());
    return silent;
  }

  /**
   * What in a URL may be secret: the values of its parameters; where it names a user, is made of
   * parentheses, or has something else where a port belongs, all of it.
   */
  static List<String> secretsOf(String url) {
    int parameters = firstOf(url, "?;");
    boolean plain =
        firstOf(url, "@(") == url.length()
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
    if (text.length() >= LEAST) {
      secrets.add(text);
      try {
        secrets.add(URLDecoder.decode(text, UTF_8));
      } catch (IllegalArgumentException noPercentEncoding) {
        // It stands for itself.
        secrets.add(text);
      }
    }
  }

  private static int firstOf(String text, String characters) {
    int index = 0;
    while (index < text.length() && characters.indexOf(text.charAt(index)) < 0) {
      index++;
    }
    return index;
  }

  private static boolean repeats(
      @Nullable Throwable failure, List<String> secrets, Set<Throwable> seen) {
    if (failure == null || !seen.add(failure)) {
      return false;
    }
    String message = Objects.requireNonNullElse(failure.getMessage(), "");
    return SUSPECT.matcher(message).find()
        || secrets.stream().anyMatch(message::contains)
        || repeats(failure.getCause(), secrets, seen)
        || (failure instanceof SQLException one && repeats(one.getNextException(), secrets, seen))
        || List.of(failure.getSuppressed()).stream().anyMatch(one -> repeats(one, secrets, seen));
  }
}
