package com.example.folderstore;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;

/** An unpacked WAR with the library and the plugin in its WEB-INF/lib, on its own Jetty. */
final class WarApp implements AutoCloseable {

  private static final String WEB_XML =
      """
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
        <filter>
          <filter-name>token</filter-name>
          <filter-class>org.tokenfilter.filter.TokenFilter</filter-class>
          <async-supported>true</async-supported>
        </filter>
        <filter-mapping>
          <filter-name>token</filter-name>
          <url-pattern>/*</url-pattern>
          <dispatcher>REQUEST</dispatcher>
          <dispatcher>FORWARD</dispatcher>
          <dispatcher>INCLUDE</dispatcher>
          <dispatcher>ASYNC</dispatcher>
          <dispatcher>ERROR</dispatcher>
        </filter-mapping>
        <servlet>
          <servlet-name>access-tokens</servlet-name>
          <servlet-class>org.tokenfilter.endpoint.AccessTokenServlet</servlet-class>
          <load-on-startup>1</load-on-startup>
        </servlet>
        <servlet-mapping>
          <servlet-name>access-tokens</servlet-name>
          <url-pattern>/security/rest/*</url-pattern>
        </servlet-mapping>
        %s
      </web-app>
      """;

  /** The prefixes of the names of the jars that the application needs. */
  private static final List<String> JARS =
      List.of(
          "token-filter-",
          "token-store-spi-",
          "nimbus-",
          "jackson-core-",
          "caffeine-",
          "jspecify-");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

  /** Starts an application that {@link #create} has created. */
  WarApp(Path root) throws Exception {
    WebAppContext context = new WebAppContext();
    context.setContextPath("/");
    context.setBaseResourceAsPath(root);
    context.setTempDirectory(Files.createDirectories(root.resolveSibling("temporary")).toFile());
    context.setThrowUnavailableOnStartupException(true);
    // The server sees these classes, too, as it runs in the test; the application has its own.
    context.getHiddenClassMatcher().add("org.tokenfilter.", "com.example.");
    server.setHandler(context);
    server.start();
  }

  /** Creates an application with the given settings in its web.xml. */
  static void create(Path root, String contextParams) throws IOException {
    Path lib = Files.createDirectories(root.resolve("WEB-INF/lib"));
    Files.writeString(root.resolve("WEB-INF/web.xml"), WEB_XML.formatted(contextParams));
    Files.writeString(root.resolve("hello.txt"), "hello");
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry);
      String name = String.valueOf(path.getFileName());
      if (name.equals("classes")) {
        pack(path, lib.resolve(path.getName(path.getNameCount() - 3) + ".jar"));
      } else if (JARS.stream().anyMatch(name::startsWith)) {
        Files.copy(path, lib.resolve(name));
      }
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> paths = Files.walk(classes)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(path).toString().replace('\\', '/')));
        try (InputStream in = Files.newInputStream(path)) {
          in.transferTo(out);
        }
      }
    }
  }

  HttpResponse<String> send(String method, String path, String authorization)
      throws IOException, InterruptedException {
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Authorization", authorization)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new AssertionError("Jetty did not stop", e);
    }
  }
}
