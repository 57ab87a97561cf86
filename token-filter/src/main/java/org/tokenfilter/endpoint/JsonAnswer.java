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

  static void send(HttpServletResponse response, Members members) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      members.writeTo(json);
      json.writeEndObject();
    }
    response.setContentType("application/json;charset=UTF-8");
    response.setContentLength(body.size());
    body.writeTo(response.getOutputStream());
  }
}
