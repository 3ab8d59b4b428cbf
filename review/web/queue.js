// The list of the queue: groups of one cause, the cursor moved by j/k without asking the server.
export default {
  template: `
    <div class="kx-list" role="listbox" :aria-label="words.heading">
      <template v-for="(line, n) in lines" :key="line.key">
        <div v-if="line.kind === 'group'" class="kx-group" :class="{ 'kx-cursor': n === cursor }" :data-line="n"
             role="option" :aria-selected="n === cursor" @click="put(n)" @mouseenter="peek(line.head.id)" @dblclick="toggle(line.group)">
          <button class="kx-fold" @click.stop="toggle(line.group)" :aria-expanded="isOpen(line.group)">{{ isOpen(line.group) ? '▾' : '▸' }}</button>
          <span class="kx-sev" :class="'kx-' + line.head.severity">{{ line.head.sev }}</span>
          <div class="kx-what">
            <div class="kx-title">{{ line.head.title }}<span class="kx-count">{{ line.count }}</span></div>
            <div class="kx-msg" :title="line.head.message"><b class="kx-why">{{ line.cause }}</b>{{ line.head.message }}</div>
          </div>
          <div class="kx-who"><div>{{ line.head.department }}</div><div class="kx-faint">{{ line.head.document }}</div></div>
          <div class="kx-worth"><span v-if="line.head.worth" class="kx-money">{{ line.head.worth }}</span></div>
          <div class="kx-side"><button class="kx-small" @click.stop="$emit('bulk', line.group)">{{ words.bulk }}</button></div>
        </div>
        <a v-else class="kx-row" :class="{ 'kx-cursor': n === cursor, 'kx-member': line.member, 'kx-done': line.row.status !== 'open' }"
           :href="'/item/' + line.row.id" :data-line="n" :data-id="line.row.id" role="option" :aria-selected="n === cursor"
           @click="go($event, line.row, n)" @mouseenter="peek(line.row.id)" @pointerdown="peek(line.row.id, 0)">
          <span class="kx-fold"></span>
          <span class="kx-sev" :class="'kx-' + line.row.severity">{{ line.row.sev }}</span>
          <div class="kx-what">
            <div class="kx-title">{{ line.row.title }}<span v-if="line.row.status !== 'open'" class="kx-state">{{ line.row.state }}</span></div>
            <div class="kx-msg" :title="line.row.message">{{ line.row.message }}</div>
          </div>
          <div class="kx-who"><div>{{ line.row.department }}</div><div class="kx-faint">{{ line.row.document }}</div></div>
          <div class="kx-worth"><span v-if="line.row.worth" class="kx-money">{{ line.row.worth }}</span></div>
          <div class="kx-side kx-faint"><div>{{ line.row.place }}</div><div>{{ line.row.age }}</div></div>
        </a>
      </template>
      <button v-if="rest" class="kx-more" @click="shown += step">{{ words.more.replace('{n}', rest) }}</button>
    </div>`,
  props: { groups: Array, words: Object, start: String },
  data() {
    return { open: {}, cursor: 0, shown: 60, step: 60 };
  },
  computed: {
    lines() {
      const lines = [];
      for (const group of this.groups.slice(0, this.shown)) {
        if (group.rows.length === 1) {
          lines.push({ kind: "row", key: group.rows[0].id, row: group.rows[0], member: false });
          continue;
        }
        lines.push({ kind: "group", key: "g" + group.id, group: group.id, head: group.rows[0], cause: group.cause, count: group.count });
        if (this.open[group.id]) {
          for (const row of group.rows) lines.push({ kind: "row", key: row.id, row, member: true });
        }
      }
      return lines;
    },
    rest() {
      return Math.max(0, this.groups.length - this.shown);
    },
  },
  mounted() {
    this.handler = (event) => this.key(event);
    document.addEventListener("keydown", this.handler);
    this.find(this.start);
  },
  unmounted() {
    clearTimeout(this.peeking);
    document.removeEventListener("keydown", this.handler);
  },
  watch: {
    groups() {
      this.cursor = Math.max(0, Math.min(this.cursor, this.lines.length - 1));
    },
  },
  methods: {
    isOpen(id) {
      return !!this.open[id];
    },
    toggle(id) {
      this.open = { ...this.open, [id]: !this.open[id] };
    },
    put(n) {
      this.cursor = n;
    },
    find(id) {
      if (!id) return;
      const at = this.groups.findIndex((group) => group.rows.some((row) => row.id === id));
      if (at < 0) return;
      while (at >= this.shown) this.shown += this.step;
      if (this.groups[at].rows.length > 1) this.open = { ...this.open, [this.groups[at].id]: true };
      this.$nextTick(() => {
        this.move(this.lines.findIndex((line) => line.kind === "row" && line.row.id === id));
      });
    },
    go(event, row, n) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // a new tab is the browser's affair
      this.cursor = n; // the link itself does the rest
    },
    // Whoever rests on a line probably opens it next: its pages are drawn meanwhile.
    peek(id, rest = 90) {
      clearTimeout(this.peeking);
      if (id === this.peeked) return;
      this.peeking = setTimeout(() => {
        this.peeked = id;
        this.$emit("peek", id);
      }, rest);
    },
    move(n) {
      if (n < 0 || n >= this.lines.length) return;
      this.cursor = n;
      this.peek((this.lines[n].head || this.lines[n].row).id);
      this.$nextTick(() => this.$el.querySelector(`[data-line="${n}"]`)?.scrollIntoView({ block: "nearest" }));
    },
    key(event) {
      const at = document.activeElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (at && ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)) return;
      if (document.querySelector(".q-dialog")) return;
      const line = this.lines[this.cursor];
      if (event.key === "j" || event.key === "ArrowDown") this.move(this.cursor + 1);
      else if (event.key === "k" || event.key === "ArrowUp") this.move(this.cursor - 1);
      else if (event.key === "Enter" && line) {
        if (line.kind === "group") this.$emit("open", line.head.id);
        else this.$emit("open", line.row.id);
      } else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && line && line.kind === "group") {
        if (this.isOpen(line.group) !== (event.key === "ArrowRight")) this.toggle(line.group);
      } else if (event.key === "b" && line && line.kind === "group") this.$emit("bulk", line.group);
      else return;
      event.preventDefault();
    },
  },
};
