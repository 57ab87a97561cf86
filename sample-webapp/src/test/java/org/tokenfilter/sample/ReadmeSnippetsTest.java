package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebInitParam;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.sample.WebApplication.Session;

/** The three registrations of the filter in the README, used as written there. */
final class ReadmeSnippetsTest {

  @TempDir private Path folder;
  private MarkdownDocument readme;
  private ReaderApplication readerApplication;

  @BeforeEach
  void prepareApplication() throws Exception {
    readme = MarkdownDocument.read();
    readerApplication = new ReaderApplication(folder);
    readerApplication.keys(MarkdownDocument.read("docs/keys.md").line("{\"keys\":"));
  }

  @Test
  void webXmlStartsAndProtects() throws Exception {
    readerApplication.webXml(readme.section("1. Register the filter in web.xml").fenced("xml"));
    readerApplication.accounts(Files.readString(Path.of("src/main/webapp/WEB-INF/accounts")));
    try (WebApplication application = readerApplication.start()) {
      assertThat(application.get("/index.html").text()).isEqualTo("welcome");
      assertThat(application.get("/public/page.html").text()).isEqualTo("public");
      assertThat(application.get("/page.html").status()).isEqualTo(401);
      Session alice = application.session(Sample.ALICE, 30);
      assertThat(application.get("/page.html", alice.headers()).text()).isEqualTo("protected");
      assertThat(alice.token().length()).as("about 260 characters").isBetween(250, 270);
    }
  }

  @Test
  void annotationEqualsWebXml() throws Exception {
    Path classes =
        readerApplication.compile(
            "ApiFilter",
            """
            import static jakarta.servlet.DispatcherType.*;
            import jakarta.servlet.annotation.*;
            import org.tokenfilter.filter.TokenFilter;
            """
                + readme.section("Register by annotation").fenced("java"));
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      Class<?> filter = loader.loadClass("ApiFilter");
      assertThat(TokenFilter.class).isAssignableFrom(filter);
      WebFilter annotation = Objects.requireNonNull(filter.getAnnotation(WebFilter.class));
      assertThat(annotation.urlPatterns()).containsExactly("/*");
      assertThat(annotation.asyncSupported()).isTrue();
      assertThat(annotation.dispatcherTypes()).containsExactlyInAnyOrder(DispatcherType.values());
      assertThat(annotation.initParams())
          .extracting(WebInitParam::name, WebInitParam::value)
          .containsExactly(
              tuple("token.keys.file", readerApplication.withLocalPaths("/etc/shop/keys.jwks")));
    }
  }

  @Test
  void codeStartsProtectsAndStops() throws Exception {
    readerApplication.compile(
        "Start",
        """
        import jakarta.servlet.*;
        import java.nio.file.Path;
        import java.util.*;
        import org.tokenfilter.config.TokenSecurity;
        import org.tokenfilter.endpoint.AccessTokenServlet;
        import org.tokenfilter.filter.TokenFilter;
        import org.tokenfilter.token.Subject;

        public final class Start implements ServletContextListener {
          private final Accounts accounts = new Accounts();
          private TokenSecurity started;

          static final class Accounts {
            Optional<Subject> check(String name, char[] password) {
              return Arrays.equals(password, "secret".toCharArray())
                  ? Optional.of(Subject.of(name, "user"))
                  : Optional.empty();
            }
          }

          @Override
          public void contextInitialized(ServletContextEvent event) {
            ServletContext servletContext = event.getServletContext();
        %s
            started = security;
          }

          @Override
          public void contextDestroyed(ServletContextEvent event) {
            started.close();
          }
        }
        """
            .formatted(readme.section("Register in code").fenced("java")));
    readerApplication.webXml(
        """
        <listener>
          <listener-class>Start</listener-class>
        </listener>
        <servlet>
          <servlet-name>slow</servlet-name>
          <servlet-class>org.tokenfilter.sample.SlowServlet</servlet-class>
          <async-supported>true</async-supported>
        </servlet>
        <servlet-mapping>
          <servlet-name>slow</servlet-name>
          <url-pattern>/slow</url-pattern>
        </servlet-mapping>
        """);
    try (WebApplication application = readerApplication.start()) {
      assertThat(application.get("/page.html").status()).isEqualTo(401);
      String[] alice = application.session("alice:secret", 30).headers();
      assertThat(application.get("/page.html", alice).text()).isEqualTo("protected");
      assertThat(application.get("/slow?ms=1", alice).member("username")).isEqualTo("alice");
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("token-filter"));
  }

  @Test
  void keysFromCodeStartAndProtect() throws Exception {
    readerApplication.compile(
        "StartWithVault",
        """
        import jakarta.servlet.*;
        import java.util.*;
        import org.tokenfilter.keys.*;
        import org.tokenfilter.config.TokenSecurity;
        import org.tokenfilter.filter.TokenFilter;

        public final class StartWithVault implements ServletContextListener {
          private final Vault vault = new Vault();
          private TokenSecurity started;

          static final class Vault {
            byte[] read(String name) {
              return Arrays.copyOf(name.getBytes(), 32);
            }
          }

          @Override
          public void contextInitialized(ServletContextEvent event) {
            ServletContext servletContext = event.getServletContext();
        %s
            TokenFilter.register(servletContext, security);
            started = security;
          }

          @Override
          public void contextDestroyed(ServletContextEvent event) {
            started.close();
          }
        }
        """
            .formatted(
                MarkdownDocument.read("docs/keys.md").section("Keys from code").fenced("java")));
    readerApplication.webXml(
        """
        <listener>
          <listener-class>StartWithVault</listener-class>
        </listener>
        """);
    try (WebApplication application = readerApplication.start()) {
      assertThat(application.get("/page.html").status()).isEqualTo(401);
    }
  }
}
