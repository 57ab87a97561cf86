package org.tokenfilter.integration.container;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** A client of an application at a port of this machine. Headers are name, value, name, value. */
final class Client {

  static final String ALICE = "alice:wonderland-4711";
  static final String BOB = "bob:builder-4711";
  static final String ADMIN = "admin:looking-glass-4711";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;
  private final String contextPath;

  /** Creates a client of the application at the root. */
  Client(int port) {
    this(port, "");
  }

  /** Creates a client of the application at a context path. */
  Client(int port, String contextPath) {
    this.port = port;
    this.contextPath = contextPath;
  }

  /** Returns a client with its own connections. */
  Client newClient() {
    return new Client(port, contextPath);
  }

  Answer get(String path, String... headers) throws IOException, InterruptedException {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  Answer post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send("POST", path, BodyPublishers.ofByteArray(body), headers);
  }

  /** Posts a body without a Content-Length. */
  Answer postInChunks(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send(
        "POST", path, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)), headers);
  }

  Answer json(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, bytes(body), withHeader(headers, "Content-Type", "application/json"));
  }

  Answer form(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return post(
        path,
        bytes(body),
        withHeader(headers, "Content-Type", "application/x-www-form-urlencoded"));
  }

  Answer send(String method, String path, BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address(path)).timeout(TIMEOUT).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer = sendWithRetry(request.build());
    return new Answer(answer.statusCode(), answer.headers(), answer.body());
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + port + contextPath + path);
  }

  /** Sends a request, and once more if the server has closed the idle connection. */
  private HttpResponse<byte[]> sendWithRetry(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return client.send(request, BodyHandlers.ofByteArray());
    } catch (IOException closed) {
      return client.send(request, BodyHandlers.ofByteArray());
    }
  }

  /** Gets a session token for {@code user:password}. */
  Session session(String account) throws IOException, InterruptedException {
    Answer answer = logIn("/security/rest/token/access/session/30", account);
    return new Session(answer.member("access_token"), answer.member("session"));
  }

  /** Gets an open token for {@code user:password}. */
  String openToken(String account) throws IOException, InterruptedException {
    return logIn("/security/rest/token/access/30", account).member("access_token");
  }

  private Answer logIn(String path, String account) throws IOException, InterruptedException {
    Answer answer = get(path, "Authorization", basic(account));
    if (answer.status() != 200) {
      throw new AssertionError(account + " could not log in: " + answer);
    }
    return answer;
  }

  static String basic(String account) {
    return "Basic " + Base64.getEncoder().encodeToString(bytes(account));
  }

  static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns these headers and one more. */
  static String[] withHeader(String[] headers, String name, String value) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = name;
    all[headers.length + 1] = value;
    return all;
  }

  /** A session token and its session id. */
  record Session(String token, String id) {

    /** Returns the headers that present both. */
    String[] headers() {
      return withHeader(bearer(token), "Cookie", "SESSION=" + id);
    }
  }
}
