package org.tokenfilter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request parsed from text, cheap enough for millions of them:
 *
 * <pre>
 *   :peer: 10.0.0.7
 *   :query: close=true
 *   Authorization: Bearer eyJ...
 *   Cookie: SESSION=q3W...; token=eyJ...
 *
 *   body
 * </pre>
 *
 * <p>Lines that start with a colon are not headers. Cookies are available by their header only.
 */
public final class WrittenRequest {

  private static final String SERVER = "server.example";
  private static final int PORT = 443;

  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final byte[] body;

  private WrittenRequest(byte[] body) {
    this.body = body;
  }

  /** Parses a request, and leaves out lines that are not part of one. */
  public static WrittenRequest parse(byte[] data) {
    String text = new String(data, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\n\n");
    String body = end < 0 ? "" : text.substring(end + 2);
    WrittenRequest request = new WrittenRequest(body.getBytes(StandardCharsets.ISO_8859_1));
    for (String line : (end < 0 ? text : text.substring(0, end)).split("\n", -1)) {
      int colon = line.indexOf(':', 1);
      if (colon > 0) {
        request.add(line.substring(0, colon), line.substring(colon + 1).trim());
      }
    }
    return request;
  }

  private void add(String name, String value) {
    headers.computeIfAbsent(name, absent -> new ArrayList<>()).add(value);
  }

  /** Returns all values of a header, in their order. */
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }

  /** Returns the first value of a header; null if there is none. */
  public @Nullable String header(String name) {
    List<String> all = headers(name);
    return all.isEmpty() ? null : all.get(0);
  }

  /** Returns the bytes after the first empty line. */
  public byte[] body() {
    return body.clone();
  }

  /** Returns the server's name and port, which the request has without a header. */
  public String server() {
    return SERVER + ":" + PORT;
  }

  /** Returns the request as a container passes it to a filter. */
  public HttpServletRequest received() {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            WrittenRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (proxy, method, arguments) -> answer(method, arguments));
  }

  private @Nullable Object answer(Method method, Object @Nullable [] arguments) {
    String argument = arguments == null ? "" : String.valueOf(arguments[0]);
    return switch (method.getName()) {
      case "getHeader" -> header(argument);
      case "getHeaders" -> Collections.enumeration(headers(argument));
      case "getContentType" -> header("Content-Type");
      case "getContentLengthLong" -> (long) body.length;
      case "getInputStream" -> new Body(body);
      case "getRemoteAddr" -> header(":peer");
      case "isSecure" -> header(":secure") != null;
      case "getAttribute" -> null;
      case "getServerName" -> SERVER;
      case "getServerPort" -> PORT;
      case "getRemotePort" -> 49_152;
      case "getQueryString" -> header(":query");
      case "getServletPath" -> header(":path");
      case "getPathInfo" -> header(":info");
      case "getDispatcherType" -> DispatcherType.REQUEST;
      case "isAsyncStarted" -> false;
      case "toString" -> "WrittenRequest";
      default -> throw new UnsupportedOperationException(method.getName());
    };
  }

  /** A body that is available at once. */
  private static final class Body extends ServletInputStream {

    private final ByteArrayInputStream bytes;

    Body(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return bytes.read(into, offset, length);
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException("read at once");
    }
  }
}
