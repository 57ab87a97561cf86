package org.tokenfilter.integration.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.tokenfilter.integration.proxy.TlsClient.Reply;
import org.tokenfilter.store.InMemoryTokenStore;

/** The guarantees of each recipe, with TLS, in front of two nodes that share a store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // initialized before the first test
abstract class RecipeContract {

  private static final String BASIC =
      "Authorization: Basic "
          + Base64.getEncoder()
              .encodeToString("alice:wonderland-4711".getBytes(StandardCharsets.US_ASCII));
  private static final String LOGIN = "/shop/security/rest/token/access/session/0";
  private static final String PAGE = "/shop/page";
  private static final String SOCKET = "/shop/socket";

  private static final int ATTEMPTS = 20;

  private final List<AutoCloseable> started = new ArrayList<>();
  private ProxiedNode first;
  private TlsClient client;

  /** Returns the path of the program; skips the test if it is not installed. */
  abstract Path requireProgram();

  /** Starts the proxy with its recipe. */
  abstract ProxyProgram startProxy(
      Path folder, Certificate certificate, int port, int firstNode, int secondNode)
      throws IOException;

  @BeforeAll
  void start() throws Exception {
    requireProgram();
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    Path folder = Files.createTempDirectory(target, "proxy");
    // Some proxies run as another user than the one who starts them.
    for (Path path : List.of(target, folder)) {
      path.toFile().setReadable(true, false);
      path.toFile().setExecutable(true, false);
    }
    InMemoryTokenStore store = new InMemoryTokenStore();
    started.add(store);
    Map<String, String> settings = Map.of("token.trusted-proxies", "127.0.0.1");
    first = new ProxiedNode("one", folder, store, settings);
    started.add(first);
    ProxiedNode second = new ProxiedNode("two", folder, store, settings);
    started.add(second);
    Certificate certificate = new Certificate(folder);
    int port = ProxyProgram.freePort();
    started.add(startProxy(folder, certificate, port, first.port(), second.port()));
    client = new TlsClient(certificate.sockets(), port);
  }

  @AfterAll
  void stop() throws Exception {
    for (int i = started.size() - 1; i >= 0; i--) {
      started.get(i).close();
    }
  }

  private String[] logIn(TlsClient from, String... more) throws IOException {
    Reply login = from.send("GET", LOGIN, with(more, BASIC));
    assertThat(login.status()).as(login.head()).isEqualTo(200);
    List<String> cookies = login.values("Set-Cookie");
    assertThat(cookies)
        .hasSize(2)
        .allMatch(it -> it.contains("; Path=/shop;") && it.endsWith("; Secure"));
    return new String[] {
      "Cookie: "
          + String.join("; ", cookies.stream().map(it -> it.substring(0, it.indexOf(';'))).toList())
    };
  }

  private static String[] with(String[] lines, String... more) {
    List<String> all = new ArrayList<>(List.of(lines));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private Set<String> nodesOf(String[] session) throws IOException {
    Set<String> nodes = new TreeSet<>();
    for (int i = 0; i < ATTEMPTS; i++) {
      Reply page = client.send("GET", PAGE, session);
      assertThat(page.status()).as(page.head()).isEqualTo(200);
      assertThat(page.body()).contains("alice at 127.0.0.1 to node ");
      nodes.add(page.body().contains("node one") ? "one" : "two");
    }
    return nodes;
  }

  @Test
  @Order(Integer.MAX_VALUE) // the others need both nodes
  void sessionWorksOnBothNodesAndSurvivesLossOfOne() throws Exception {
    String[] session = logIn(client);
    assertThat(nodesOf(session)).containsExactly("one", "two");
    first.close();
    assertThat(nodesOf(session)).containsExactly("two");
  }

  @Test
  void cookiesAndOriginsMatchAddressOfProxy() throws Exception {
    String[] session = logIn(client);
    String own = "Origin: " + client.origin();
    assertThat(client.send("POST", PAGE, with(session, own)).status()).isEqualTo(200);
    for (String origin :
        List.of(
            client.origin().replace("https", "http"),
            "https://localhost",
            client.origin().replace("localhost", "evil.example"))) {
      assertThat(client.send("POST", PAGE, with(session, "Origin: " + origin)).status())
          .as(origin)
          .isEqualTo(403);
    }
  }

  @Test
  void distinguishesClientsAndIgnoresForgedHeaders() throws Exception {
    String[] lies = {
      "X-Forwarded-For: 127.0.0.9",
      "Forwarded: for=127.0.0.9;proto=http;host=evil.example",
      "X-Forwarded-Proto: http",
      "X-Forwarded-Host: evil.example",
      "X-Forwarded-Port: 1"
    };
    String[] session = logIn(client, lies);
    Reply page = client.send("GET", PAGE, with(session, lies));
    assertThat(page.body()).contains("alice at 127.0.0.1 to node ");
    assertThat(client.send("POST", PAGE, with(with(session, lies), "Origin: " + client.origin())))
        .extracting(Reply::status)
        .isEqualTo(200);
    assertThat(
            client.send("POST", PAGE, with(with(session, lies), "Origin: http://evil.example:1")))
        .extracting(Reply::status)
        .isEqualTo(403);
    TlsClient thief = client.withSource("127.0.0.2");
    assertThat(thief.send("GET", PAGE, session).status()).isEqualTo(401);
    assertThat(thief.send("GET", PAGE, with(session, "X-Forwarded-For: 127.0.0.1")).status())
        .isEqualTo(401);
  }

  @Test
  void webSocketsPassAndAreProtected() throws Exception {
    String[] handshake = {
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
    };
    String own = "Origin: " + client.origin();
    assertThat(client.send("GET", SOCKET, with(handshake, own)).status()).isEqualTo(401);
    String[] withSession = with(handshake, logIn(client));
    Reply opened = client.send("GET", SOCKET, with(withSession, own));
    assertThat(opened.status()).as(opened.head()).isEqualTo(101);
    assertThat(opened.body()).isEqualTo("hello alice");
    assertThat(client.send("GET", SOCKET, with(withSession, "Origin: https://evil.example")))
        .extracting(Reply::status)
        .isEqualTo(403);
  }
}
