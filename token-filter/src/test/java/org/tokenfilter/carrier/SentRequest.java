package org.tokenfilter.carrier;

import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A mock request with the parts that this package reads. */
public final class SentRequest {

  private final String method;
  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private final List<String> cookies = new ArrayList<>();
  private String contextPath = "";
  private String client = "192.0.2.1";
  private boolean secure;

  private SentRequest(String method) {
    this.method = method;
  }

  public static SentRequest of(String method) {
    return new SentRequest(method);
  }

  public static SentRequest get() {
    return of("GET");
  }

  public SentRequest header(String name, String value) {
    headers.computeIfAbsent(name, absent -> new ArrayList<>()).add(value);
    return this;
  }

  public SentRequest cookie(String name, String value) {
    cookies.add(name + "=" + value);
    return this;
  }

  public SentRequest to(String context) {
    contextPath = context;
    return this;
  }

  public SentRequest from(String address) {
    client = address;
    return this;
  }

  public SentRequest overTls() {
    secure = true;
    return this;
  }

  public HttpServletRequest received() {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getMethod()).thenReturn(method);
    when(request.getContextPath()).thenReturn(contextPath);
    when(request.getRemoteAddr()).thenReturn(client);
    when(request.isSecure()).thenReturn(secure);
    when(request.getHeaders(anyString()))
        .thenAnswer(call -> Collections.enumeration(all(call.getArgument(0))));
    when(request.getHeader(anyString()))
        .thenAnswer(call -> all(call.getArgument(0)).stream().findFirst().orElse(null));
    return request;
  }

  /** Returns all lines of a header; the cookies are one line after the headers of that name. */
  private List<String> all(String name) {
    List<String> all = headers.getOrDefault(name, List.of());
    if (cookies.isEmpty() || !name.equalsIgnoreCase("Cookie")) {
      return all;
    }
    List<String> more = new ArrayList<>(all);
    more.add(String.join("; ", cookies));
    return more;
  }
}
