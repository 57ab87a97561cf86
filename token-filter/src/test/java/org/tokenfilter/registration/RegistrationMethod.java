package org.tokenfilter.registration;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.ee10.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;

/** A method of registering the filter. All result in the same application. */
enum RegistrationMethod {
  /** In web.xml, with init-params. */
  WEB_XML {
    @Override
    void prepare(WebAppContext context, Path root, Map<String, String> settings)
        throws IOException {
      StringBuilder params = new StringBuilder();
      settings.forEach(
          (name, value) ->
              params.append(
                  "<init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>"
                      .formatted(name, value)));
      Files.writeString(
          root.resolve("WEB-INF/web.xml"),
          """
          <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
            <filter>
              <filter-name>token</filter-name>
              <filter-class>org.tokenfilter.filter.TokenFilter</filter-class>
              <async-supported>true</async-supported>
              %s
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
          </web-app>
          """
              .formatted(params));
    }
  },

  /** By an annotated subclass in WEB-INF/classes, with context-params. */
  ANNOTATION {
    @Override
    void prepare(WebAppContext context, Path root, Map<String, String> settings)
        throws IOException {
      settings.forEach(
          (name, value) -> {
            if (!name.equals("token.paths.public")) {
              context.setInitParameter(name, value);
            }
          });
      String file = AnnotatedFilter.class.getName().replace('.', '/') + ".class";
      Path target = root.resolve("WEB-INF/classes").resolve(file);
      Files.createDirectories(target.getParent());
      try (InputStream compiled =
          RegistrationMethod.class.getClassLoader().getResourceAsStream(file)) {
        Files.copy(Objects.requireNonNull(compiled), target);
      }
      context.addConfiguration(new AnnotationConfiguration());
    }
  },

  /** In code, from a builder. */
  BUILDER {
    @Override
    void prepare(WebAppContext context, Path root, Map<String, String> settings) {
      context.addEventListener(
          new SecurityListener(
              servletContext -> {
                var builder = TokenSecurity.builder().context(servletContext);
                settings.forEach(builder::setting);
                return builder.build();
              }));
    }
  },

  /** In code, from a map. */
  MAP {
    @Override
    void prepare(WebAppContext context, Path root, Map<String, String> settings) {
      Map<String, String> all = new HashMap<>(settings);
      all.put("token.audience", "/app");
      context.addEventListener(new SecurityListener(servletContext -> TokenSecurity.from(all)));
    }
  };

  abstract void prepare(WebAppContext context, Path root, Map<String, String> settings)
      throws IOException;

  /** An application that creates its TokenSecurity and closes it. */
  private static final class SecurityListener implements ServletContextListener {

    @FunctionalInterface
    private interface SecurityFactory {
      TokenSecurity create(ServletContext context);
    }

    private final SecurityFactory factory;
    private @Nullable TokenSecurity security;

    private SecurityListener(SecurityFactory maker) {
      this.factory = maker;
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
      security = factory.create(event.getServletContext());
      var filter = event.getServletContext().addFilter("token", new TokenFilter(security));
      filter.setAsyncSupported(true);
      filter.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
      if (security != null) {
        security.close();
      }
    }
  }
}
