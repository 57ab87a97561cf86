package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.tokenfilter.encoding.JsonBufferRecycler;

/** A response whose body is a JSON object in UTF-8. */
final class JsonResponse {

  private static final JsonFactory JSON = JsonBufferRecycler.POOLED.factory(JsonFactory.builder());

  private JsonResponse() {}

  /** A writer of the members of an object. */
  @FunctionalInterface
  interface Members {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** The value of the Content-Type header. */
  static final String CONTENT_TYPE = "application/json;charset=UTF-8";

  /** Sends an object as the body of a response. */
  static void send(HttpServletResponse response, Members members) throws IOException {
    byte[] body = toBytes(members);
    response.setContentType(CONTENT_TYPE);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** Returns an object as UTF-8 text. */
  static byte[] toBytes(Members members) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      members.writeTo(json);
      json.writeEndObject();
    }
    return body.toByteArray();
  }
}
