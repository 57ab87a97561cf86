package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.integration.container.chain.OutermostFilter;
import org.tokenfilter.integration.container.chain.Page;
import org.tokenfilter.integration.container.chain.PageLocation;
import org.tokenfilter.integration.container.chain.PageRunLog;

/** The variants of the web application in the package {@code chain}. */
enum ChainApplication {
  /** No filter: the container's own behaviour. */
  UNPROTECTED {
    @Override
    String filter() {
      return "";
    }
  },

  /** The filter, mapped as the README shows. */
  BY_PATH {
    @Override
    String filter() {
      return FILTER;
    }
  },

  /** The filter, mapped to the names of servlets as well. */
  BY_PATH_AND_NAME {
    @Override
    String filter() {
      return FILTER
          + """
          <filter-mapping>
            <filter-name>token</filter-name>
            <servlet-name>*</servlet-name>
            <dispatcher>FORWARD</dispatcher>
            <dispatcher>INCLUDE</dispatcher>
          </filter-mapping>
          """;
    }
  };

  private static final String ALL_DISPATCHES =
      """
        <url-pattern>/*</url-pattern>
        <dispatcher>REQUEST</dispatcher>
        <dispatcher>FORWARD</dispatcher>
        <dispatcher>INCLUDE</dispatcher>
        <dispatcher>ASYNC</dispatcher>
        <dispatcher>ERROR</dispatcher>
      </filter-mapping>
      """;

  private static final String FILTER =
      """
      <filter>
        <filter-name>token</filter-name>
        <filter-class>%s</filter-class>
        <async-supported>true</async-supported>
        <init-param>
          <param-name>token.paths.public</param-name>
          <param-value>/public/*</param-value>
        </init-param>
      </filter>
      <filter-mapping>
        <filter-name>token</filter-name>
      """
              .formatted(TokenFilter.class.getName())
          + ALL_DISPATCHES;

  private static final String OUTERMOST_FILTER =
      """
      <filter>
        <filter-name>surroundings</filter-name>
        <filter-class>%s</filter-class>
        <async-supported>true</async-supported>
      </filter>
      <filter-mapping>
        <filter-name>surroundings</filter-name>
      """
              .formatted(OutermostFilter.class.getName())
          + ALL_DISPATCHES
          + """
          <filter-mapping>
            <filter-name>surroundings</filter-name>
          """
          + Stream.of(PageLocation.values())
              .map(location -> "<servlet-name>" + location.servletName() + "</servlet-name>\n")
              .collect(Collectors.joining())
          + """
            <dispatcher>FORWARD</dispatcher>
            <dispatcher>INCLUDE</dispatcher>
          </filter-mapping>
          """;

  private static final String WEB_XML =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
        <context-param>
          <param-name>token.keys.file</param-name>
          <param-value>FOLDER/keys.jwks</param-value>
        </context-param>
        <context-param>
          <param-name>token.keys.generate</param-name>
          <param-value>true</param-value>
        </context-param>
        <context-param>
          <param-name>token.credentials</param-name>
          <param-value>file</param-value>
        </context-param>
        <context-param>
          <param-name>token.credentials.file</param-name>
          <param-value>FOLDER/accounts</param-value>
        </context-param>
      """;

  /** Returns the elements of web.xml that register the filter. */
  abstract String filter();

  /** Packs the application. */
  Path war() throws IOException {
    Path folder = ContainerFolders.createEmpty("chain-" + name());
    Path root = folder.resolve("war");
    War.unpack(War.SAMPLE, root);
    Path inside = root.resolve("WEB-INF");
    Files.move(inside.resolve("accounts"), folder.resolve("accounts"));
    Files.writeString(inside.resolve("web.xml"), webXml().replace("FOLDER", folder.toString()));
    addClasses(inside.resolve("classes"));
    Path war = folder.resolve("chain.war");
    War.pack(root, war);
    return war;
  }

  private String webXml() {
    StringBuilder xml = new StringBuilder(WEB_XML).append(OUTERMOST_FILTER).append(filter());
    xml.append(servlet("access-tokens", AccessTokenServlet.class, "", "/security/rest/*"));
    xml.append(servlet("runs", PageRunLog.class, "", "/public/runs"));
    for (PageLocation location : PageLocation.values()) {
      String letter = location.name();
      xml.append(servlet(location.servletName(), Page.class, letter, location.prefix() + "/*"));
      String error = letter.toLowerCase(Locale.ROOT);
      xml.append(servlet("error-" + error, Page.class, error, location.errorPage()));
      xml.append(
          errorPage("error-code", Integer.toString(location.status()), location.errorPage()));
      xml.append(errorPage("exception-type", location.failure().getName(), location.errorPage()));
    }
    xml.append(errorPage("error-code", "401", PageLocation.S.errorPage()));
    return xml.append("</web-app>\n").toString();
  }

  private static String servlet(String name, Class<?> type, String letter, String pattern) {
    return """
    <servlet>
      <servlet-name>%1$s</servlet-name>
      <servlet-class>%2$s</servlet-class>
      <init-param>
        <param-name>letter</param-name>
        <param-value>%3$s</param-value>
      </init-param>
      <load-on-startup>1</load-on-startup>
      <async-supported>true</async-supported>
    </servlet>
    <servlet-mapping>
      <servlet-name>%1$s</servlet-name>
      <url-pattern>%4$s</url-pattern>
    </servlet-mapping>
    """
        .formatted(name, type.getName(), letter, pattern);
  }

  private static String errorPage(String kind, String of, String location) {
    return "<error-page><%1$s>%2$s</%1$s><location>%3$s</location></error-page>\n"
        .formatted(kind, of, location);
  }

  /** Copies the classes of the package, including nested ones. */
  private static void addClasses(Path classes) throws IOException {
    Path folder = Path.of(Page.class.getPackageName().replace('.', '/'));
    Path target = Files.createDirectories(classes.resolve(folder));
    Path compiled = Path.of("target/test-classes").resolve(folder);
    try (Stream<Path> files = Files.list(compiled)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
  }
}
