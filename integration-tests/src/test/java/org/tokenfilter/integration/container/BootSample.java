package org.tokenfilter.integration.container;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import javax.xml.parsers.ParserConfigurationException;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.OpenApiServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.filter.TokenFilter;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** The sample, with the library registered as docs/containers.md shows for Spring Boot. */
@Configuration(proxyBeanMethods = false)
class BootSample {

  private static final String SAMPLE_PACKAGE = "org.tokenfilter.sample.";

  @Bean
  TokenSecurity tokenSecurity(Environment environment) {
    Path data = Path.of(environment.getRequiredProperty("sample.data"));
    String contextPath = environment.getProperty("server.servlet.context-path", "");
    return TokenSecurity.builder()
        .setting("token.keys.file", data.resolve("keys.jwks").toString())
        .setting("token.keys.generate", "true")
        .setting("token.credentials", "file")
        .setting("token.credentials.file", webInfFile(environment, "accounts").toString())
        .setting("token.cookie", "spectrum.authentication.token")
        .setting("token.store", "sample-h2")
        .setting("token.store.sample-h2.file", data.resolve("tokens").toString())
        .setting("token.audience", contextPath.isEmpty() ? "ROOT" : contextPath)
        .build();
  }

  private static Path webInfFile(Environment environment, String file) {
    return Path.of(environment.getRequiredProperty(BootServer.APPLICATION), "WEB-INF", file);
  }

  @Bean
  FilterRegistrationBean<ServiceGatewayFilter> serviceGateway(TokenSecurity security) {
    var registration = new FilterRegistrationBean<>(new ServiceGatewayFilter(security));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 99);
    registration.addUrlPatterns("/cra/*");
    return registration;
  }

  @Bean
  FilterRegistrationBean<TokenFilter> tokenFilter(TokenSecurity security) {
    var registration = new FilterRegistrationBean<>(new TokenFilter(security));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
    registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
    registration.addInitParameter("token.paths.public", "/, /index.html, /metrics, /public/*");
    registration.addInitParameter("token.gateway.paths", "/cra/*");
    return registration;
  }

  @Bean
  ServletRegistrationBean<AccessTokenServlet> accessTokens(TokenSecurity security) {
    return loadOnStartup(new AccessTokenServlet(security), "/security/rest/*");
  }

  @Bean
  ServletRegistrationBean<ApiClientServlet> apiClients(TokenSecurity security) {
    return loadOnStartup(new ApiClientServlet(security), "/routelink/v1/*", "/routelink/v2/*");
  }

  @Bean
  ServletRegistrationBean<TokenQueryServlet> tokenQueries(TokenSecurity security) {
    return loadOnStartup(
        new TokenQueryServlet(security),
        "/GetSessionToken",
        "/QuerySessionToken",
        "/RenewSessionToken",
        "/RevokeSessionToken");
  }

  @Bean
  ServletRegistrationBean<IntrospectionServlet> introspection(TokenSecurity security) {
    return loadOnStartup(new IntrospectionServlet(security), "/oauth/introspect");
  }

  @Bean
  ServletRegistrationBean<RevocationServlet> revocation(TokenSecurity security) {
    return loadOnStartup(new RevocationServlet(security), "/oauth/revoke");
  }

  @Bean
  ServletRegistrationBean<SessionsServlet> sessions(TokenSecurity security) {
    return loadOnStartup(new SessionsServlet(security), "/sessions/*");
  }

  @Bean
  ServletRegistrationBean<OpenApiServlet> openApi(TokenSecurity security) {
    return loadOnStartup(new OpenApiServlet(security), "/openapi.json");
  }

  private static <S extends Servlet> ServletRegistrationBean<S> loadOnStartup(
      S servlet, String... patterns) {
    var registration = new ServletRegistrationBean<>(servlet, patterns);
    registration.setLoadOnStartup(1);
    return registration;
  }

  /** Registers the servlets of the sample itself, as its web.xml maps them. */
  @Bean
  ServletContextInitializer sampleServlets(Environment environment) {
    return context -> {
      try {
        for (Element element : WebXml.read(webInfFile(environment, "web.xml")).elements()) {
          switch (element.getLocalName()) {
            case "servlet" -> add(context, element);
            case "servlet-mapping" -> map(context, element);
            default -> {}
          }
        }
      } catch (IOException | ParserConfigurationException | SAXException e) {
        throw new ServletException("the sample's web.xml cannot be read", e);
      }
    };
  }

  private static void add(ServletContext context, Element servlet) {
    String type = WebXml.text(servlet, "servlet-class");
    if (type.startsWith(SAMPLE_PACKAGE)) {
      context.addServlet(WebXml.text(servlet, "servlet-name"), type).setAsyncSupported(true);
    }
  }

  private static void map(ServletContext context, Element mapping) {
    var servlet = context.getServletRegistration(WebXml.text(mapping, "servlet-name"));
    if (servlet != null) {
      servlet.addMapping(WebXml.texts(mapping, "url-pattern").toArray(new String[0]));
    }
  }
}
