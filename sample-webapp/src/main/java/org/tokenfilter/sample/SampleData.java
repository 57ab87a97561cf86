package org.tokenfilter.sample;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Tells the filter where the sample keeps its keys and tokens: in the folder {@code
 * -Dsample.data=DIR}, which is made for its owner alone. An application of yours would rather name
 * them in its web.xml.
 */
public final class SampleData implements ServletContextListener {

  /** A listener for web.xml. */
  public SampleData() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    Path folder =
        Path.of(System.getProperty("sample.data", "sample-webapp/target/data")).toAbsolutePath();
    makeForOwnerAlone(folder);
    context.setInitParameter("token.keys.file", folder.resolve("keys.jwks").toString());
    context.setInitParameter("token.store", PooledH2StoreProvider.NAME);
    context.setInitParameter(
        "token.store." + PooledH2StoreProvider.NAME + ".file", folder.resolve("tokens").toString());
    String accounts = context.getRealPath("/WEB-INF/accounts");
    if (accounts == null) {
      throw new IllegalStateException("the sample must be unpacked: it reads WEB-INF/accounts");
    }
    context.setInitParameter("token.credentials.file", accounts);
  }

  private static void makeForOwnerAlone(Path folder) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    try {
      if (Files.isDirectory(folder)) {
        return;
      }
      Path parent = folder.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      if (posix) {
        var ownerOnly = PosixFilePermissions.fromString("rwx------");
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
      } else {
        Files.createDirectory(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the folder sample.data cannot be made: " + folder, e);
    }
  }
}
