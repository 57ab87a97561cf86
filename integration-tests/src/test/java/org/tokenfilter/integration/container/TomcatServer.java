package org.tokenfilter.integration.container;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.apache.catalina.Context;
import org.apache.catalina.Host;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.JreMemoryLeakPreventionListener;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.startup.HostConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.valves.AccessLogValve;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;

/** A Tomcat that deploys the WARs in its folder webapps, as an installed one does. */
final class TomcatServer implements Server {

  /** The part of an installed Tomcat's conf/web.xml that the sample needs. */
  private static final String GLOBAL_WEB_XML =
      """
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
        <servlet>
          <servlet-name>default</servlet-name>
          <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
          <load-on-startup>1</load-on-startup>
        </servlet>
        <servlet-mapping>
          <servlet-name>default</servlet-name>
          <url-pattern>/</url-pattern>
        </servlet-mapping>
        <mime-mapping>
          <extension>css</extension>
          <mime-type>text/css</mime-type>
        </mime-mapping>
        <mime-mapping>
          <extension>html</extension>
          <mime-type>text/html</mime-type>
        </mime-mapping>
        <mime-mapping>
          <extension>js</extension>
          <mime-type>text/javascript</mime-type>
        </mime-mapping>
        <mime-mapping>
          <extension>svg</extension>
          <mime-type>image/svg+xml</mime-type>
        </mime-mapping>
      </web-app>
      """;

  private final Tomcat tomcat = new Tomcat();
  private String contextPath = "";

  /** The modification time of the WAR to deploy, by which Tomcat recognizes a new one. */
  private Instant lastModified = Instant.now().minus(Duration.ofDays(1));

  @Override
  public int start(Path folder) throws Exception {
    // A URL handler is global to the JVM, and there is more than one Tomcat in it.
    TomcatURLStreamHandlerFactory.disable();
    Files.writeString(
        Files.createDirectories(folder.resolve("conf")).resolve("web.xml"), GLOBAL_WEB_XML);
    Files.createDirectories(folder.resolve("webapps"));
    tomcat.setBaseDir(folder.toString());
    tomcat.setSilent(true);
    tomcat.enableNaming();
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
    connector.setThrowOnFailure(true);
    tomcat.setConnector(connector);
    // The system class loader has the class path of the tests.
    tomcat.getEngine().setParentClassLoader(TomcatServer.class.getClassLoader());
    // As in conf/server.xml: initializes singletons of the JDK before an application does.
    tomcat.getServer().addLifecycleListener(new JreMemoryLeakPreventionListener());
    AccessLogValve log = new AccessLogValve();
    log.setDirectory(folder.toString());
    log.setPrefix("access");
    log.setSuffix(".log");
    log.setRotatable(false);
    log.setBuffered(false);
    log.setPattern("%m %U %{org.tokenfilter.user}r");
    tomcat.getEngine().getPipeline().addValve(log);
    // Looks for changes only on request.
    tomcat.getEngine().setBackgroundProcessorDelay(-1);
    StandardHost host = (StandardHost) tomcat.getHost();
    host.setAppBase(folder.resolve("webapps").toString());
    host.addLifecycleListener(new HostConfig());
    tomcat.start();
    return connector.getLocalPort();
  }

  @Override
  public ClassLoader deploy(Path war, String path) throws Exception {
    contextPath = path;
    Path target = deployedWar();
    Files.copy(war, target, StandardCopyOption.REPLACE_EXISTING);
    lastModified = lastModified.plus(Duration.ofMinutes(1));
    Files.setLastModifiedTime(target, FileTime.from(lastModified));
    Host host = tomcat.getHost();
    host.backgroundProcess();
    if (host.findChild(contextPath) instanceof Context context
        && context.getState().isAvailable()) {
      return context.getLoader().getClassLoader();
    }
    throw new IllegalStateException("the application did not start: see Tomcat's log");
  }

  @Override
  public void undeploy() throws Exception {
    Files.delete(deployedWar());
    tomcat.getHost().backgroundProcess();
    if (tomcat.getHost().findChild(contextPath) != null) {
      throw new IllegalStateException("the application is still there");
    }
  }

  /** Returns the deployed WAR, whose name determines the context path. */
  private Path deployedWar() {
    String name = contextPath.isEmpty() ? "ROOT" : contextPath.substring(1);
    return Path.of(tomcat.getHost().getAppBase(), name + ".war");
  }

  @Override
  public void stop() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }
}
