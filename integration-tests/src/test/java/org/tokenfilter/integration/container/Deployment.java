package org.tokenfilter.integration.container;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** An application on a running container, and a client of it. */
public final class Deployment implements AutoCloseable {

  private final Runnable stop;
  private final Client client;
  private final Duration startDuration;

  /** Creates a deployment that is stopped by this action. */
  Deployment(Runnable stop, Client client, Duration start) {
    this.stop = stop;
    this.client = client;
    this.startDuration = start;
  }

  /** Starts a container with the sample. */
  public static Deployment ofSample(Container container, String contextPath) throws Exception {
    return at(contextPath, container, War.SAMPLE);
  }

  /**
   * Starts a container with the sample.
   *
   * @param settings that take precedence over all others
   */
  public static Deployment ofSample(
      Container container, String contextPath, Map<String, String> settings) throws Exception {
    return at(contextPath, container, War.SAMPLE, settings);
  }

  /**
   * Starts a Tomcat with the sample behind Tomcat's CORS filter, as docs/hardening.md configures
   * it.
   *
   * @param origin the origin whose pages are allowed
   * @param settings that take precedence over all others
   */
  public static Deployment ofSampleWithCors(String origin, Map<String, String> settings)
      throws Exception {
    Path folder = ContainerFolders.createEmpty("cors");
    War.unpack(War.SAMPLE, folder.resolve("unpacked"));
    Path webXml = folder.resolve("unpacked/WEB-INF/web.xml");
    String filter =
        ProjectDocument.read("hardening.md")
            .section("Pages of other origins")
            .fenced("xml")
            .replace("https://app.example.org", origin);
    String end = "</display-name>";
    Files.writeString(webXml, Files.readString(webXml).replace(end, end + filter));
    War.pack(folder.resolve("unpacked"), folder.resolve("sample.war"));
    return at("", Container.TOMCAT_10, folder.resolve("sample.war"), settings);
  }

  /**
   * Starts a container with an endpoint at {@code /secure/socket}, which sends "hello" and the
   * user's name, a public page at {@code /page.txt}, and tokens in cookies.
   */
  public static Deployment ofWebSockets(Container container) throws Exception {
    String open =
        """
        <context-param>
          <param-name>token.paths.public</param-name>
          <param-value>/page.txt</param-value>
        </context-param>
        """;
    Shop shop =
        WebSocketShops.withAnnotatedEndpoint("sockets-browser")
            .webXml(WebSocketShops.COOKIES + open);
    return of(container, shop.war(), container.webSocketJars());
  }

  /** Starts a container with a WAR at the root. */
  static Deployment of(Container container, Path war, Path... more) throws Exception {
    return at("", container, war, more);
  }

  /** Starts a container with a WAR; keys and tokens are in their own folder. */
  static Deployment at(String contextPath, Container container, Path war, Path... more)
      throws Exception {
    return at(contextPath, container, war, Map.of(), more);
  }

  private static Deployment at(
      String contextPath, Container container, Path war, Map<String, String> settings, Path... more)
      throws Exception {
    long begin = System.nanoTime();
    RunningServer server = container.start(more);
    System.setProperty("sample.data", server.folder().resolve("data").toString());
    settings.forEach(System::setProperty);
    SilencedLog.silence();
    try {
      server.deploy(war, contextPath);
      Duration start = Duration.ofNanos(System.nanoTime() - begin);
      return new Deployment(server::close, new Client(server.port(), contextPath), start);
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  /** Starts a container with an application that has a login page: see {@link LoginApplication}. */
  public static Deployment ofLoginPage(Container container, String contextPath) throws Exception {
    return ofLoginPage(container, contextPath, Map.of());
  }

  /**
   * Starts a container with the same application.
   *
   * @param settings that take precedence over all others
   */
  public static Deployment ofLoginPage(
      Container container, String contextPath, Map<String, String> settings) throws Exception {
    return at(contextPath, container, LoginApplication.war("login-page"), settings);
  }

  Client client() {
    return client;
  }

  /** Returns the base address, with a slash at the end. */
  public URI address() {
    return client.address("/");
  }

  /** Returns the time from the start of the container until the application was available. */
  Duration startDuration() {
    return startDuration;
  }

  @Override
  public void close() {
    stop.run();
  }
}
