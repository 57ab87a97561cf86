package org.tokenfilter.integration.container;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

/**
 * A Spring Boot application with everything that Spring Boot configures by itself: the server in
 * the class path, the {@code DispatcherServlet}, pages for errors. It is compiled once and runs in
 * 3.5 and in 4.0.
 */
final class BootServer implements Server {

  /** The name of the folder with the application's files, and of the property with its path. */
  static final String APPLICATION = "application";

  private final String configuration;
  private final String contextPath;
  private @Nullable ConfigurableApplicationContext application;

  /** Creates a server whose beans are declared in the class of this name. */
  BootServer(String configuration, String contextPath) {
    this.configuration = configuration;
    this.contextPath = contextPath;
  }

  /** The annotations of a main class. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Main {}

  @Override
  public int start(Path folder) throws Exception {
    ClassLoader loader = BootServer.class.getClassLoader();
    if (ClassUtils.isPresent("org.apache.catalina.startup.Tomcat", loader)) {
      // A URL handler is global to the JVM, and there is more than one Tomcat in it.
      TomcatURLStreamHandlerFactory.disable();
    }
    System.setProperty("sample.data", folder.resolve("data").toString());
    SilencedLog.silence();
    // Keeps the logging configuration of the application.
    System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
    SpringApplication made =
        new SpringApplication(Main.class, Class.forName(configuration, true, loader));
    made.setDefaultProperties(
        Map.of(
            "server.port",
            "0",
            "server.address",
            "127.0.0.1",
            "server.servlet.context-path",
            contextPath,
            "spring.main.banner-mode",
            "off",
            "spring.main.register-shutdown-hook",
            "false",
            APPLICATION,
            folder.resolve(APPLICATION).toString()));
    ConfigurableApplicationContext started = made.run();
    application = started;
    return started.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  @Override
  public ClassLoader deploy(Path war, String contextPath) {
    throw new UnsupportedOperationException("the application is fixed at the start");
  }

  @Override
  public void undeploy() {
    throw new UnsupportedOperationException("the application stays until the server stops");
  }

  @Override
  public void stop() {
    Objects.requireNonNull(application).close();
  }
}
