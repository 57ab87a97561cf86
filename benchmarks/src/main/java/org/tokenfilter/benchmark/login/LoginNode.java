package org.tokenfilter.benchmark.login;

import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;

/**
 * The access token API over a password file, on a separate Jetty server. The hashes are random, so
 * every login fails.
 */
final class LoginNode implements AutoCloseable {

  /** The iterations of hashes that {@code PasswordFile} writes today. */
  static final int ITERATIONS = 210_000;

  /** The iterations of an older hash in the file. */
  static final int OLDER_ITERATIONS = 100_000;

  private static final int USERS = 20;
  private static final int SALT_LENGTH = 16;
  private static final int HASH_LENGTH = 32;
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final String PATH = "/security/rest/*";

  private final TokenSecurity security;
  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

  /**
   * Starts the node.
   *
   * @param folder the folder for its files
   */
  LoginNode(Path folder) throws Exception {
    Path accounts = Files.write(folder.resolve("accounts"), accounts(new SecureRandom()));
    security =
        TokenSecurity.from(
            Map.of(
                "token.keys.file",
                folder.resolve("login-keys.jwks").toAbsolutePath().toString(),
                "token.keys.generate",
                "true",
                "token.credentials",
                "file",
                "token.credentials.file",
                accounts.toAbsolutePath().toString(),
                "token.login.failures",
                "100000000"));
    ServletContextHandler context = new ServletContextHandler("/");
    FilterHolder filter = new FilterHolder(new TokenFilter(security));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.allOf(DispatcherType.class));
    ServletHolder servlet = new ServletHolder(new AccessTokenServlet());
    servlet.setInitOrder(1);
    context.addServlet(servlet, PATH);
    server.setHandler(context);
    server.start();
  }

  /**
   * Returns users with current and with older hashes. Unknown users have other names of the same
   * length.
   */
  private static List<String> accounts(SecureRandom random) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      lines.add(account(name("known", i), ITERATIONS, random));
      lines.add(account(name("older", i), OLDER_ITERATIONS, random));
    }
    return lines;
  }

  private static String account(String name, int iterations, SecureRandom random) {
    return "%s:$pbkdf2-sha512$%d$%s$%s:user"
        .formatted(name, iterations, base64(random, SALT_LENGTH), base64(random, HASH_LENGTH));
  }

  private static String base64(SecureRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String name(String prefix, int number) {
    return "%s-%02d".formatted(prefix, number % USERS);
  }

  /**
   * Tries a wrong password.
   *
   * @param prefix the start of the name of the user
   * @param number the number of the user, modulo the number of users
   * @return the time until the response, in milliseconds
   */
  double timeFailedLogin(String prefix, int number) throws IOException {
    String credentials =
        Base64.getEncoder()
            .encodeToString((name(prefix, number) + ":wrong").getBytes(StandardCharsets.UTF_8));
    byte[] request =
        """
        GET /security/rest/token/access/5 HTTP/1.1\r
        Host: localhost\r
        Authorization: Basic %s\r
        Connection: close\r
        \r
        """
            .formatted(credentials)
            .getBytes(StandardCharsets.US_ASCII);
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      long begin = System.nanoTime();
      socket.getOutputStream().write(request);
      byte[] answer = socket.getInputStream().readAllBytes();
      double millis = (System.nanoTime() - begin) / 1e6;
      String text = new String(answer, StandardCharsets.ISO_8859_1);
      if (!text.startsWith("HTTP/1.1 401 ")) {
        throw new IllegalStateException("the login was not refused: " + text.lines().findFirst());
      }
      return millis;
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty did not stop", e);
    } finally {
      security.close();
    }
  }
}
