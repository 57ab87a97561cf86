package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Answers with a JSON object in UTF-8. */
final class JsonAnswer {

  private static final int KEPT_BUFFERS = 16;

  /** Not with the library's own buffers: those stay in threads that outlive the application. */
  private static final JsonFactory JSON =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.newBoundedPool(KEPT_BUFFERS)).build();

  private JsonAnswer() {}

  /** Writes the members of the object. */
  @FunctionalInterface
  interface Members {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** The media type of all of them. */
  static final String TYPE = "application/json;charset=UTF-8";

  static void send(HttpServletResponse response, Members members) throws IOException {
    byte[] body = object(members);
    response.setContentType(TYPE);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** The object alone. */
  static byte[] object(Members members) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      members.writeTo(json);
      json.writeEndObject();
    }
    return body.toByteArray();
  }
}
