package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tokenfilter.RawHttp.Answer;

/** Cases with texts that are made from a live token, on routes that accept that token. */
final class ForgedTokens {

  /** The length below which a text can appear in a log by chance. */
  private static final int SHORTEST_SECRET = 20;

  private final AttackedApp app;
  private final Seeds seeds;
  private final List<Row> rows = new ArrayList<>();

  ForgedTokens(AttackedApp app, Seeds seeds) {
    this.app = app;
    this.seeds = seeds;
  }

  /** Adds each text that is made from a base token, on each of these routes. */
  ForgedTokens on(Collection<Way> ways, Function<Seed, Map<String, String>> made) {
    for (Way way : ways) {
      Seed seed = seeds.on(way);
      made.apply(seed)
          .forEach(
              (name, text) -> {
                if (!way.spells(text, seed.token())) {
                  rows.add(row(name, text, way, seed));
                }
              });
    }
    return this;
  }

  /** Returns every case at a multiple of this step. */
  List<Row> sample(int step) {
    return IntStream.range(0, rows.size()).filter(i -> i % step == 0).mapToObj(rows::get).toList();
  }

  List<Row> rows() {
    return rows;
  }

  private Row row(String name, String text, Way way, Seed seed) {
    return new Row(
        name + ", by " + way,
        way.refusals(text),
        it -> {
          if (text.length() >= SHORTEST_SECRET) {
            app.secret(text);
          }
          Answer answer = way.send(it.http(), text);
          assertThat(it.security.service().introspect(seed.token()))
              .as("the genuine token is still valid")
              .isPresent();
          return answer;
        });
  }
}
