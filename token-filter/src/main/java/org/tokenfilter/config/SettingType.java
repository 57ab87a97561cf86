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
 * @param format a description of the valid texts, for documents and messages
 * @param parser the conversion; throws IllegalArgumentException if the text is not valid
 */
record SettingType<T>(String format, Function<String, T> parser) {

  private static final Duration MAX_DURATION = Duration.ofDays(36_525);

  static SettingType<String> text(String shape, String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return new SettingType<>(
        shape, text -> require(text, compiled.matcher(text).matches() ? text : null));
  }

  static SettingType<Path> file() {
    return new SettingType<>(
        "a file system path",
        text -> {
          try {
            return Path.of(text).toAbsolutePath();
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e.getReason(), e);
          }
        });
  }

  static SettingType<Boolean> flag() {
    return new SettingType<>(
        "true or false",
        text ->
            require(
                text, text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : null));
  }

  static SettingType<Integer> number(int least) {
    return new SettingType<>(
        "a whole number from " + least,
        text -> {
          int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
          return require(text, number >= least ? number : null);
        });
  }

  /** A duration of at least {@code least} and at most 100 years. */
  static SettingType<Duration> duration(Duration least) {
    return new SettingType<>(
        "an ISO-8601 duration such as PT30M, at least " + least,
        text -> {
          try {
            Duration duration = Duration.parse(text);
            boolean fits = duration.compareTo(least) >= 0 && duration.compareTo(MAX_DURATION) <= 0;
            return require(text, fits ? duration : null);
          } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException("not a valid duration", e);
          }
        });
  }

  /** A constant of an enum, written in lower case with hyphens. */
  static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    return new SettingType<>(
        constants.stream().map(SettingType::textOf).collect(Collectors.joining(" or ")),
        text ->
            require(
                text,
                constants.stream().filter(c -> textOf(c).equals(text)).findFirst().orElse(null)));
  }

  /** A list of values, separated by commas. */
  static <T> SettingType<List<T>> listOf(SettingType<T> element) {
    return new SettingType<>(
        element.format() + "; several are separated by commas",
        text ->
            text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(element.parser())
                    .toList());
  }

  private static String textOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <T> T require(String text, @Nullable T value) {
    if (value == null) {
      throw new IllegalArgumentException("not valid: " + text);
    }
    return value;
  }
}
