package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.fail;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;

/** A comparison of records that names the components that differ. */
final class RecordComparison {

  /** Longer values are cut, and the place of the first difference is named. */
  private static final int LONGEST_TEXT = 120;

  private RecordComparison() {}

  /** Asserts that a record is as expected; the failure names what differs, and nothing else. */
  static void assertSame(TokenRecord found, TokenRecord expected) {
    if (!found.equals(expected)) {
      fail(
          "the record %s differs in %s",
          expected.id(), String.join("; ", differences(found, expected)));
    }
  }

  static List<String> differences(TokenRecord found, TokenRecord expected) {
    List<String> differences = new ArrayList<>();
    compare("", TokenRecord.class, found, expected, differences);
    return differences;
  }

  private static void compare(
      String prefix, Class<?> type, Object found, Object expected, List<String> differences) {
    for (RecordComponent component : type.getRecordComponents()) {
      Object one = value(component, found);
      Object other = value(component, expected);
      if (one instanceof TokenDetails && other instanceof TokenDetails) {
        compare("details.", TokenDetails.class, one, other, differences);
      } else if (!Objects.equals(one, other)) {
        differences.add(
            prefix
                + component.getName()
                + ": "
                + difference(String.valueOf(one), String.valueOf(other)));
      }
    }
  }

  private static @Nullable Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  private static String difference(String found, String expected) {
    if (Math.max(found.length(), expected.length()) <= LONGEST_TEXT) {
      return "expected %s, found %s".formatted(expected, found);
    }
    int place = 0;
    while (place < Math.min(found.length(), expected.length())
        && found.charAt(place) == expected.charAt(place)) {
      place++;
    }
    return "expected %d characters, found %d; from character %d expected '%s', found '%s'"
        .formatted(
            expected.length(), found.length(), place, from(expected, place), from(found, place));
  }

  private static String from(String text, int place) {
    return text.substring(place, Math.min(text.length(), place + LONGEST_TEXT / 2));
  }
}
