package org.tokenfilter.integration.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An nginx with the recipe of the document. */
public final class Nginx implements AutoCloseable {

  private static final String CONFIGURATION =
      """
      %s
      daemon off;
      worker_processes 1;
      pid nginx.pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxied;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
      %s
      }
      """;

  private final ProxyProgram program;
  private final int port;

  private Nginx(ProxyProgram program, int port) {
    this.program = program;
    this.port = port;
  }

  /** Returns the path of the program; skips the test if it is not installed. */
  public static Path program() {
    return ProxyProgram.require("nginx", "nginx");
  }

  /** Starts an nginx in front of an application at a port of this machine. */
  public static Nginx inFrontOf(int node) throws Exception {
    program();
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    Path folder = Files.createTempDirectory(target, "nginx");
    int port = ProxyProgram.freePort();
    return new Nginx(start(folder, new Certificate(folder), port, node, node), port);
  }

  static ProxyProgram start(
      Path folder, Certificate certificate, int port, int firstNode, int secondNode)
      throws IOException {
    Recipe recipe =
        new Recipe("nginx")
            .with("10.0.0.11:8080", "127.0.0.1:" + firstNode)
            .with("10.0.0.12:8080", "127.0.0.1:" + secondNode)
            .with("listen 443 ssl", "listen 127.0.0.1:" + port + " ssl")
            .with("/etc/ssl/shop.crt", certificate.certificate())
            .with("/etc/ssl/shop.key", certificate.key());
    String user = ProxyProgram.isRoot() ? "user root;" : "";
    Path file =
        Files.writeString(folder.resolve("nginx.conf"), CONFIGURATION.formatted(user, recipe));
    return ProxyProgram.start(
        folder,
        port,
        List.of(
            program().toString(), "-e", "stderr", "-p", folder.toString(), "-c", file.toString()));
  }

  /** Returns the port on which it listens for TLS. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    program.close();
  }
}
