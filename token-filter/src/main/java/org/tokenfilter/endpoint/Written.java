package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/** How the standard endpoints write what a record says. */
final class Written {

  private Written() {}

  /** {@code session}, {@code open} or {@code user}. */
  static String kind(TokenRecord record) {
    return record.kind().name().toLowerCase(Locale.ROOT);
  }

  /** Milliseconds; null for ever. */
  static void remaining(JsonGenerator json, @Nullable Duration remaining) throws IOException {
    if (remaining == null) {
      json.writeNullField("remaining");
    } else {
      json.writeNumberField("remaining", remaining.toMillis());
    }
  }
}
