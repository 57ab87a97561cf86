package org.tokenfilter.integration.container;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A builder of the web application of a document's reader: the library's jars, the sample's
 * accounts, and the document's examples. Its folder replaces {@code /etc/shop}, too.
 */
final class Shop {

  /** The web.xml of each shop: the filter on all paths, and the servlet that issues tokens. */
  private static final String WEB_XML =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
        <context-param>
          <param-name>token.keys.file</param-name>
          <param-value>/etc/shop/keys.jwks</param-value>
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
          <param-value>/etc/shop/accounts</param-value>
        </context-param>
        %s
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

  private final Path folder;
  private final Path root;

  Shop(String name) throws IOException {
    folder = ContainerFolders.createEmpty("shop-" + name);
    root = folder.resolve("war");
    War.unpack(War.SAMPLE, root);
    Files.move(root.resolve("WEB-INF/accounts"), folder.resolve("accounts"));
    webXml("");
    Files.writeString(root.resolve("page.txt"), "protected");
  }

  /** Puts elements of a document before the filter. */
  Shop webXml(String elements) throws IOException {
    return webXml(elements, "");
  }

  /** Puts elements of a document before the filter, and others behind it. */
  Shop webXml(String before, String behind) throws IOException {
    Files.writeString(
        root.resolve("WEB-INF/web.xml"), replaceFolder(WEB_XML.formatted(before, behind)));
    return this;
  }

  /** Removes the filter from web.xml, and adds a listener that registers it. */
  Shop registerFilterBy(String listener) throws Exception {
    Path file = root.resolve("WEB-INF/web.xml");
    WebXml webXml = WebXml.read(file);
    webXml.remove("org.tokenfilter.filter.TokenFilter"::equals);
    webXml.add("listener", "listener-class", listener);
    webXml.write(file);
    return this;
  }

  /** Adds a file, such as {@code docs/index.html}. */
  Shop file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Shop contextXml(String text) throws IOException {
    Files.createDirectories(root.resolve("META-INF"));
    Files.writeString(root.resolve("META-INF/context.xml"), text);
    return this;
  }

  /** Adds the jars of a folder, in place of those of the same name. */
  Shop jars(Path jars) throws IOException {
    try (Stream<Path> files = Files.list(jars)) {
      for (Path jar : files.toList()) {
        Files.copy(
            jar,
            root.resolve("WEB-INF/lib").resolve(jar.getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return this;
  }

  /** Removes the jars whose names have one of these prefixes. */
  Shop withoutJars(String... prefixes) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("WEB-INF/lib"))) {
      for (Path jar : files.toList()) {
        String name = jar.getFileName().toString();
        if (Stream.of(prefixes).anyMatch(name::startsWith)) {
          Files.delete(jar);
        }
      }
    }
    return this;
  }

  /** Compiles a class into WEB-INF/classes; returns that folder. */
  Path compile(String className, String source) throws IOException {
    return compile(className, source, System.getProperty("java.class.path"));
  }

  /** Compiles a class with only the jars of the application and of these folders. */
  Path compile(String className, String source, List<Path> folders) throws IOException {
    List<String> jars = new ArrayList<>();
    jars.addAll(jarsIn(root.resolve("WEB-INF/lib")));
    for (Path folder : folders) {
      jars.addAll(jarsIn(folder));
    }
    return compile(className, source, String.join(File.pathSeparator, jars));
  }

  private static List<String> jarsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).toList();
    }
  }

  private Path compile(String className, String source, String classPath) throws IOException {
    Path classes = root.resolve("WEB-INF/classes");
    Path file = Files.writeString(folder.resolve(className + ".java"), replaceFolder(source));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> mistakes = new DiagnosticCollector<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(mistakes, Locale.ROOT, null)) {
      List<String> options =
          List.of("-d", classes.toString(), "-classpath", classPath + File.pathSeparator + classes);
      if (!compiler
          .getTask(null, files, mistakes, options, null, files.getJavaFileObjects(file))
          .call()) {
        throw new AssertionError("the document does not compile: " + mistakes.getDiagnostics());
      }
    }
    return classes;
  }

  /** Packs the application. */
  Path war() throws IOException {
    Path war = folder.resolve("shop.war");
    War.pack(root, war);
    return war;
  }

  private String replaceFolder(String text) {
    return text.replace("/etc/shop/", folder + "/");
  }
}
