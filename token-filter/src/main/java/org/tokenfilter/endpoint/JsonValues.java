package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/** The JSON values of times and token records. */
final class JsonValues {

  private static final DateTimeFormatter ISO_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private JsonValues() {}

  /** Returns a time in UTC (ISO 8601), always with three digits for the milliseconds. */
  static String formatInstant(Instant time) {
    return ISO_MILLIS.format(time);
  }

  /** Returns the kind of a token: {@code session}, {@code open} or {@code user}. */
  static String kindName(TokenRecord record) {
    return record.kind().name().toLowerCase(Locale.ROOT);
  }

  /** Writes {@code remaining} in milliseconds; null if the token never expires. */
  static void writeRemaining(JsonGenerator json, @Nullable Duration remaining) throws IOException {
    if (remaining == null) {
      json.writeNullField("remaining");
    } else {
      json.writeNumberField("remaining", remaining.toMillis());
    }
  }
}
