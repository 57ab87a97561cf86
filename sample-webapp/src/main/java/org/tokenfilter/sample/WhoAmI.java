package org.tokenfilter.sample;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeSet;
import org.tokenfilter.filter.TokenPrincipal;

/**
 * The user and the token of a request as JSON: the information that an application gets from the
 * filter.
 */
final class WhoAmI {

  /**
   * No thread-local buffers: they would stay in the container's threads and keep the application's
   * classes from being unloaded.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING)
          .build();

  private WhoAmI() {}

  static String json(HttpServletRequest request) {
    TokenPrincipal principal = (TokenPrincipal) request.getUserPrincipal();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("username", principal.name());
      json.writeStringField("kind", principal.kind().name().toLowerCase(Locale.ROOT));
      json.writeArrayFieldStart("roles");
      for (String role : new TreeSet<>(principal.roles())) {
        json.writeString(role);
      }
      json.writeEndArray();
      json.writeStringField("handle", principal.tokenId().toString());
      Instant deadline = principal.expiresAt();
      if (deadline == null) {
        json.writeNullField("remaining");
      } else {
        json.writeNumberField("remaining", Duration.between(Instant.now(), deadline).toMillis());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string failed", e);
    }
    return text.toString();
  }
}
