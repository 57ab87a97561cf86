package org.tokenfilter.endpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.tokenfilter.codec.JsonBuffers;

/** Answers with a JSON object in UTF-8. */
final class JsonAnswer {

  private static final JsonFactory JSON = JsonBuffers.KEPT.factory(JsonFactory.builder());

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
