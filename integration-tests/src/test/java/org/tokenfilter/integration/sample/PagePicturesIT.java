package org.tokenfilter.integration.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/**
 * A test that takes the pictures of the sample's page into {@code target/pictures}; {@code
 * -DwriteDocuments=true} takes longer and writes them to docs/img.
 */
final class PagePicturesIT {

  private static final Path TARGET = Path.of("target/pictures");
  private static final Path DOCUMENTS = Path.of("../docs/img");
  private static final int MAX_BYTES = 300_000;

  private static final boolean WRITE = Boolean.getBoolean("writeDocuments");

  /** The number of figures in a chart before its picture is taken. */
  private static final int FIGURES = WRITE ? 40 : 2;

  /** The remaining lifetime that a picture shows, of one minute. */
  private static final int SECONDS_LEFT = WRITE ? 42 : 60;

  private static final Duration FIGURES_TIMEOUT = Duration.ofMinutes(3);

  @Test
  void takesPicturesOfPage() throws Exception {
    try (SampleInBrowser app = SampleInBrowser.start("-Dtoken.idle-timeout=PT1M")) {
      PageWindow page = app.page();
      page.setViewport(1280, 960, "light");
      page.logIn("alice", "session");
      page.press("#client-open", "#client-said");
      page.await("figures", FIGURES_TIMEOUT, () -> figures(page) >= FIGURES || !keepBusy(page));
      page.call("/api/echo");
      page.callWith("passive");
      page.callWith("nothing");
      page.call("/api/admin");
      page.call("/api/fail?status=500");
      page.callWith("forged");
      page.press("#devices-load", "#devices-said");
      page.call("/api/whoami");
      page.await("the life to run down", () -> page.secondsLeft() <= SECONDS_LEFT);
      page.execute("scrollTo(0, 0)");
      take(page, "page-wide", 1280);
      page.setViewport(1280, 960, "dark");
      page.execute("document.getElementById('calls').scrollIntoView()");
      take(page, "page-dark", 1280);
      page.setViewport(390, 844, "light");
      page.execute("document.getElementById('token').scrollIntoView()");
      take(page, "page-phone", 390);
    }
  }

  /** Sends requests that change the charts, and returns whether there are any charts. */
  private static boolean keepBusy(PageWindow page) {
    long wave = figures(page) % 8;
    if (wave < 4) {
      page.call("/api/whoami");
    } else if (wave == 6) {
      page.callWith("forged");
    }
    return page.text("#live-note").isEmpty();
  }

  private static long figures(PageWindow page) {
    String line = page.element("#chart-requests .line").getDomAttribute("d");
    return line == null ? 0 : line.chars().filter(it -> it == 'L').count();
  }

  private static void take(PageWindow page, String name, int width) throws IOException {
    byte[] picture = page.picture();
    Path file = Files.createDirectories(TARGET).resolve(name + ".png");
    Files.write(file, picture);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
    assertThat(image.getWidth()).as(name).isEqualTo(width);
    assertThat(picture).as(name).hasSizeLessThan(MAX_BYTES);
    if (WRITE) {
      Files.write(DOCUMENTS.resolve(name + ".png"), picture);
    }
  }

  @Test
  void documentsContainThePictures() {
    assertThat(List.of("page-wide.png", "page-dark.png", "page-phone.png"))
        .allMatch(name -> Files.exists(DOCUMENTS.resolve(name)));
  }
}
