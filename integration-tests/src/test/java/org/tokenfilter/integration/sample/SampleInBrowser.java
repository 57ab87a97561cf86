package org.tokenfilter.integration.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The packaged sample and a browser, started together and stopped together. */
final class SampleInBrowser implements AutoCloseable {

  private final Chromium browser;
  private final Path data;
  private final SampleProcess sample;

  private SampleInBrowser(Chromium browser, Path data, SampleProcess sample) {
    this.browser = browser;
    this.data = data;
    this.sample = sample;
  }

  /**
   * Starts both.
   *
   * @param options the options of the sample's JVM
   */
  static SampleInBrowser start(String... options) throws IOException {
    Chromium browser = Chromium.start();
    try {
      Path data = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "screen");
      return new SampleInBrowser(browser, data, SampleProcess.start(data, options));
    } catch (IOException | RuntimeException | Error e) {
      browser.close();
      throw e;
    }
  }

  Chromium browser() {
    return browser;
  }

  SampleProcess sample() {
    return sample;
  }

  /** Starts another process with the same data and address, after the first was stopped. */
  SampleProcess restart() throws IOException {
    return SampleProcess.start(data, "-Djetty.port=" + sample.address().getPort());
  }

  /** Opens the page in the first window. */
  PageWindow page() {
    return browser.window().open(sample.address());
  }

  /** Opens the page in another window. */
  PageWindow pageInAnotherWindow() {
    return browser.anotherWindow().open(sample.address());
  }

  @Override
  public void close() {
    try {
      browser.close(); // throws if the browser has crashed
    } finally {
      sample.close();
    }
  }
}
