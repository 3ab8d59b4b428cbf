// A page's picture with frames on it: wheel zooms at the pointer, dragging moves, the marks are brought into view first.
export default {
  template: `
    <div class="kx-viewer">
      <div class="kx-viewer-bar">
        <span class="kx-viewer-title" :title="title">{{ title }}</span>
        <button v-for="b in buttons" :key="b[0]" class="kx-tool" :title="b[2]" :aria-label="b[2]" @click="press(b[0])">{{ b[1] }}</button>
      </div>
      <div class="kx-stage" ref="stage" @wheel.prevent="wheel" @pointerdown="grab" @pointermove="drag" @pointerup="drop"
           @pointercancel="drop" @dblclick="press('fit')" :class="{ 'kx-grabbing': held }">
        <div class="kx-sheet" :style="style">
          <img :src="shownSrc" draggable="false" @load="loaded" @error="broken" :style="{ width: width + 'px', height: height + 'px' }" :alt="title" />
          <svg :viewBox="'0 0 ' + width + ' ' + height" :style="{ width: width + 'px', height: height + 'px' }">
            <rect v-for="(mark, n) in bands" :key="'b' + n" class="kx-band" x="0" :width="width" :y="mark.box[1] - 2" :height="mark.box[3] - mark.box[1] + 4" />
            <g v-for="(mark, n) in marks" :key="n" class="kx-mark" :class="['kx-mark-' + mark.role, { 'kx-mark-on': mark.id && mark.id === focus }]">
              <title>{{ mark.text }}</title>
              <rect :x="mark.box[0] - 1.2" :y="mark.box[1] - 1.2" :width="mark.box[2] - mark.box[0] + 2.4" :height="mark.box[3] - mark.box[1] + 2.4" rx="1.5" />
            </g>
          </svg>
        </div>
        <div v-for="(chip, n) in chips" :key="'c' + n" class="kx-row-name" :style="{ top: chip.top + 'px' }">{{ chip.text }}</div>
        <div v-if="state !== 'ready'" class="kx-viewer-note">{{ state === 'broken' ? words.broken : words.loading }}</div>
      </div>
    </div>`,
  props: { src: String, fine: String, width: Number, height: Number, marks: Array, focus: String, title: String, words: Object },
  data() {
    return { scale: 1, x: 0, y: 0, held: null, state: "loading", sharp: false };
  },
  computed: {
    style() {
      return { transform: `translate(${this.x}px, ${this.y}px) scale(${this.scale})`, width: this.width + "px", height: this.height + "px" };
    },
    shownSrc() {
      return this.sharp && this.fine ? this.fine : this.src;
    },
    bands() {
      return this.marks.length <= 16 ? this.marks.filter((mark) => mark.role !== "plain" && mark.role !== "passage") : [];
    },
    // What a marked row is called, where the page's left part is out of sight.
    chips() {
      if (this.x > -0.12 * this.width * this.scale || this.state !== "ready") return [];
      const seen = {};
      for (const mark of this.marks) {
        if (!mark.row || mark.role === "plain") continue;
        const top = Math.round(this.y + mark.box[1] * this.scale);
        if (top > -10 && !(mark.box[0] * this.scale + this.x < 150)) seen[Math.round(top / 8)] ||= { top, text: mark.row };
      }
      return Object.values(seen).slice(0, 12);
    },
    buttons() {
      return [["out", "−", this.words.zoom_out], ["in", "+", this.words.zoom_in], ["fit", "⤢", this.words.fit], ["marks", "◎", this.words.marks]];
    },
  },
  mounted() {
    this.observer = new ResizeObserver(() => this.look());
    this.observer.observe(this.$refs.stage);
    this.handler = (event) => this.key(event);
    document.addEventListener("keydown", this.handler);
    this.look();
  },
  unmounted() {
    this.observer.disconnect();
    document.removeEventListener("keydown", this.handler);
  },
  watch: {
    src() {
      this.state = "loading";
      this.sharp = false;
      this.look();
    },
    focus() {
      this.look();
    },
  },
  methods: {
    loaded() {
      this.state = "ready";
    },
    broken() {
      this.state = "broken";
    },
    room() {
      const stage = this.$refs.stage;
      return stage ? [stage.clientWidth, stage.clientHeight] : [0, 0];
    },
    fit() {
      const [w, h] = this.room();
      if (!w || !h) return;
      this.scale = Math.min(w / this.width, h / this.height) * 0.98;
      this.x = (w - this.width * this.scale) / 2;
      this.y = (h - this.height * this.scale) / 2;
    },
    // As wide as the window, or closer where the marks are small and near each other; the marks in the middle.
    look() {
      const [w, h] = this.room();
      if (!w || !h) return;
      const chosen = this.marks.filter((mark) => mark.id && mark.id === this.focus);
      const exact = this.marks.filter((mark) => mark.role !== "passage");
      const marks = chosen.length ? chosen : exact.length ? exact : this.marks;
      if (!marks.length) {
        this.fit(); // nothing to look at in particular: the whole page
        return;
      }
      const left = Math.min(...marks.map((m) => m.box[0])), right = Math.max(...marks.map((m) => m.box[2]));
      const top = Math.min(...marks.map((m) => m.box[1])), bottom = Math.max(...marks.map((m) => m.box[3]));
      const wide = w / this.width;
      // A passage is read as a whole line.
      const lines = this.marks.filter((mark) => mark.role === "passage");
      const across = lines.length ? Math.max(...lines.map((m) => m.box[2])) - Math.min(...lines.map((m) => m.box[0])) : right - left;
      const close = Math.min((w * 0.9) / (across + 40), (h * 0.85) / (bottom - top + 40));
      // Large enough to be read: small print is brought nearer than the width of the page asks for.
      const prints = marks.map((m) => m.print || 9).sort((a, b) => a - b);
      const small = Math.min(2.8, 10.5 / Math.max(3, prints[Math.floor(prints.length / 2)]));
      this.scale = Math.max(Math.min(wide, close), Math.min(close, Math.max(wide, small, 0.92)));
      const clamp = (at, size, room) => (size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, at)));
      // What a row is called stands on the left: no further to the right than the marks need.
      const needed = w - (right + 24) * this.scale;
      this.x = clamp(Math.min(0, needed), this.width * this.scale, w);
      this.y = clamp(h / 2 - ((top + bottom) / 2) * this.scale, this.height * this.scale, h);
    },
    zoom(factor, cx, cy) {
      const next = Math.min(8, Math.max(0.15, this.scale * factor));
      this.x = cx - ((cx - this.x) * next) / this.scale;
      this.y = cy - ((cy - this.y) * next) / this.scale;
      this.scale = next;
      if (next > 2.2) this.sharp = true;
    },
    wheel(event) {
      const area = this.$refs.stage.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - area.left, event.clientY - area.top);
    },
    grab(event) {
      if (event.button) return;
      this.held = [event.clientX - this.x, event.clientY - this.y];
      this.$refs.stage.setPointerCapture(event.pointerId);
    },
    drag(event) {
      if (!this.held) return;
      this.x = event.clientX - this.held[0];
      this.y = event.clientY - this.held[1];
    },
    drop() {
      this.held = null;
    },
    press(what) {
      const [w, h] = this.room();
      if (what === "in") this.zoom(1.3, w / 2, h / 2);
      else if (what === "out") this.zoom(1 / 1.3, w / 2, h / 2);
      else if (what === "fit") this.fit();
      else this.look();
    },
    key(event) {
      const at = document.activeElement;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".q-dialog")) return;
      if (at && ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName)) return;
      const what = { f: "fit", m: "marks", "+": "in", "=": "in", "-": "out" }[event.key];
      if (what) this.press(what);
    },
  },
};
