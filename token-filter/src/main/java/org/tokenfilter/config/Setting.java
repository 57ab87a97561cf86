package org.tokenfilter.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The type of a setting, which converts its text to a value.
 *
 * @param <T> the type of the value
 * @param shape a description of the valid texts, for documents and messages
 * @param parse the conversion; throws IllegalArgumentException if the text is not valid
 */
record Setting<T>(String shape, Function<String, T> parse) {

  private static final Duration LONGEST = Duration.ofDays(36_525);

  static Setting<String> text(String shape, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return new Setting<>(
        shape, text -> require(text, compiled.matcher(text).matches() ? text : null));
  }

  static Setting<Path> file() {
    return new Setting<>(
        "a file system path",
        text -> {
          try {
            return Path.of(text).toAbsolutePath();
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e.getReason(), e);
          }
        });
  }

  static Setting<Boolean> flag() {
    return new Setting<>(
        "true or false",
        text ->
            require(
                text, text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : null));
  }

  static Setting<Integer> number(int least) {
    return new Setting<>(
        "a whole number from " + least,
        text -> {
          int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
          return require(text, number >= least ? number : null);
        });
  }

  /** A duration of at least {@code least} and at most 100 years. */
  static Setting<Duration> duration(Duration least) {
    return new Setting<>(
        "an ISO-8601 duration such as PT30M, at least " + least,
        text -> {
          try {
            Duration duration = Duration.parse(text);
            boolean fits = duration.compareTo(least) >= 0 && duration.compareTo(LONGEST) <= 0;
            return require(text, fits ? duration : null);
          } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException("not a valid duration", e);
          }
        });
  }

  /** A constant of an enum, written in lower case with hyphens. */
  static <E extends Enum<E>> Setting<E> oneOf(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    return new Setting<>(
        constants.stream().map(Setting::written).collect(Collectors.joining(" or ")),
        text ->
            require(
                text,
                constants.stream().filter(c -> written(c).equals(text)).findFirst().orElse(null)));
  }

  /** A list of values, separated by commas. */
  static <T> Setting<List<T>> listOf(Setting<T> element) {
    return new Setting<>(
        element.shape() + "; several are separated by commas",
        text ->
            text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(element.parse())
                    .toList());
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <T> T require(String text, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("not valid: " + text);
    }
    return value;
  }
}
