package org.tokenfilter.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.webapp.MetaData;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * A folder with a {@code WEB-INF/web.xml} on a Jetty of its own, on loopback and with the classes
 * of the test class path, and a client for it.
 */
final class WebApplication implements AutoCloseable {

  private static final String END_OF_HEADERS = "\r\n\r\n";

  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebAppContext context = new WebAppContext();

  WebApplication(Path folder) {
    context.setContextPath("/");
    context.setAttribute(MetaData.VALIDATE_XML, true);
    context.setWar(folder.toAbsolutePath().toString());
    context.setThrowUnavailableOnStartupException(true);
    server.setHandler(context);
  }

  /** Sets the temporary folder that the container gives to the application. */
  WebApplication temporaryFolder(Path folder) {
    context.setTempDirectory(folder.toFile());
    return this;
  }

  /** Runs the archive without extracting it. */
  WebApplication withoutExtraction() {
    context.setExtractWAR(false);
    return this;
  }

  /** Makes this address the local one of all requests, from the view of the application. */
  WebApplication servedAt(InetSocketAddress address) {
    server
        .getConnectors()[0]
        .getConnectionFactory(HttpConnectionFactory.class)
        .getHttpConfiguration()
        .setLocalAddress(address);
    return this;
  }

  WebApplication start() throws Exception {
    try {
      server.start();
      return this;
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Returns an attribute of the context. */
  @Nullable Object attribute(String name) {
    return context.getServletContext().getAttribute(name);
  }

  int port() {
    return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
  }

  /** Sends a GET. The headers are name, value, name, value. */
  Answer get(String path, String... headers) throws IOException, InterruptedException {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  Answer post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send("POST", path, BodyPublishers.ofByteArray(body), headers);
  }

  private Answer send(String method, String path, BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port() + path);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
    return new Answer(answer.statusCode(), answer.headers(), answer.body());
  }

  /** Sends a GET from another address of this machine. */
  Answer getFrom(String source, String path, String... headers) throws IOException {
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.0\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(source, 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return parse(socket.getInputStream().readAllBytes());
    }
  }

  private static Answer parse(byte[] answer) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    int end = text.indexOf(END_OF_HEADERS);
    List<String> head = text.substring(0, end).lines().toList();
    Map<String, List<String>> headers =
        head.stream()
            .skip(1)
            .map(line -> line.split(": *", 2))
            .collect(
                Collectors.groupingBy(
                    it -> it[0], Collectors.mapping(it -> it[1], Collectors.toList())));
    return new Answer(
        Integer.parseInt(head.get(0).substring(9, 12)),
        HttpHeaders.of(headers, (name, value) -> true),
        Arrays.copyOfRange(answer, end + END_OF_HEADERS.length(), answer.length));
  }

  /** Gets a session token for {@code user:password}. */
  Session session(String account, int minutes) throws IOException, InterruptedException {
    Answer answer = logIn("/security/rest/token/access/session/" + minutes, account);
    return new Session(answer.member("access_token"), answer.member("session"));
  }

  /** Gets an open token for {@code user:password}. */
  String open(String account, int minutes) throws IOException, InterruptedException {
    return logIn("/security/rest/token/access/" + minutes, account).member("access_token");
  }

  private Answer logIn(String path, String account) throws IOException, InterruptedException {
    Answer answer = get(path, "Authorization", basic(account));
    if (answer.status() != 200) {
      throw new AssertionError(account + " could not log in: " + answer);
    }
    return answer;
  }

  static String basic(String account) {
    return "Basic " + Base64.getEncoder().encodeToString(account.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new AssertionError("Jetty did not stop", e);
    }
  }

  /** A session token and its session id. */
  record Session(String token, String id) {

    /** Returns the headers that present both. */
    String[] headers() {
      return new String[] {"Authorization", "Bearer " + token, "Cookie", "SESSION=" + id};
    }
  }
}
