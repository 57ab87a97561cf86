package org.tokenfilter.integration.jar;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/**
 * An OSGi framework in its own JVM. Service loader mediators search the class path before the
 * bundles, and the class path of a test contains everything that they should find in bundles.
 */
final class OsgiLauncher {

  private static final long STOP_TIMEOUT_MILLIS = 30_000;

  private OsgiLauncher() {}

  /**
   * Starts bundles and runs the first.
   *
   * @param arguments a folder, and the files of the bundles
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    List<String> files = Arrays.asList(arguments).subList(1, arguments.length);
    Framework framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(Constants.FRAMEWORK_STORAGE, folder.resolve("bundles").toString()));
    framework.start();
    for (String file : files) {
      framework.getBundleContext().installBundle(Path.of(file).toUri().toString());
    }
    Bundle[] bundles = framework.getBundleContext().getBundles();
    for (Bundle bundle : bundles) {
      if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
        bundle.start();
      }
    }
    // Bundle 0 is the framework itself.
    bundles[1]
        .loadClass(ExampleProgram.MAIN)
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {folder.toString()});
    framework.stop();
    framework.waitForStop(STOP_TIMEOUT_MILLIS);
  }
}
