package org.tokenfilter.carrier;

import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A mock response that records its body and its headers, each header as one line. */
final class WrittenResponse {

  private final HttpServletResponse response = mock(HttpServletResponse.class);
  private final List<String> headers = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final PrintWriter writer = new PrintWriter(body, false, StandardCharsets.UTF_8);

  WrittenResponse() throws IOException {
    doAnswer(call -> headers.add(call.getArgument(0) + ": " + call.getArgument(1)))
        .when(response)
        .addHeader(anyString(), anyString());
    doAnswer(
            call -> {
              headers.removeIf(line -> line.startsWith(call.getArgument(0) + ": "));
              return headers.add(call.getArgument(0) + ": " + call.getArgument(1));
            })
        .when(response)
        .setHeader(anyString(), anyString());
    doAnswer(call -> headers.add("Content-Type: " + call.getArgument(0)))
        .when(response)
        .setContentType(anyString());
    doAnswer(call -> headers.add("Content-Length: " + call.getArgument(0)))
        .when(response)
        .setContentLength(anyInt());
    doAnswer(call -> headers.add("Status: " + call.getArgument(0)))
        .when(response)
        .setStatus(anyInt());
    when(response.getOutputStream()).thenReturn(new Body());
  }

  /** Allows the writer only, as after a page has called {@code getWriter}. */
  WrittenResponse withWriterObtained() throws IOException {
    when(response.getOutputStream()).thenThrow(new IllegalStateException("the writer is taken"));
    when(response.getWriter()).thenReturn(writer);
    return this;
  }

  HttpServletResponse response() {
    return response;
  }

  List<String> headers() {
    return headers;
  }

  String body() {
    writer.flush();
    return body.toString(StandardCharsets.UTF_8);
  }

  private final class Body extends ServletOutputStream {

    @Override
    public void write(int b) {
      body.write(b);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
