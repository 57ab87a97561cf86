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
final class Written {

  private static final DateTimeFormatter TO_THE_MILLISECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Written() {}

  /** Returns a time in UTC (ISO 8601), always with three digits for the milliseconds. */
  static String time(Instant time) {
    return TO_THE_MILLISECOND.format(time);
  }

  /** Returns the kind of a token: {@code session}, {@code open} or {@code user}. */
  static String kind(TokenRecord record) {
    return record.kind().name().toLowerCase(Locale.ROOT);
  }

  /** Writes {@code remaining} in milliseconds; null if the token never expires. */
  static void remaining(JsonGenerator json, @Nullable Duration remaining) throws IOException {
    if (remaining == null) {
      json.writeNullField("remaining");
    } else {
      json.writeNumberField("remaining", remaining.toMillis());
    }
  }
}
