// A table or paragraphs as read, merged cells kept; every text goes in as text, never as HTML. The head and the column that says
// what a row is stay in sight.
const rowTemplate = `
  <tr v-for="(row, r) in part" :key="r">
    <td v-for="(cell, c) in row" :key="c" :rowspan="cell.rs" :colspan="cell.cs" :class="[cell.role ? 'kx-cell-' + cell.role : '', cell.num ? '' : 'kx-words', !cell.num && cell.cs === 1 && cell.text.length > 8 ? 'kx-long-words' : '', cell.col === label && cell.cs === 1 ? 'kx-stays' : '']"
        :style="cell.indent ? { paddingLeft: 8 + 13 * cell.indent + 'px' } : null">{{ cell.text }}</td>
  </tr>`;
export default {
  template: `
    <div class="kx-grid-box kx-paper">
      <table class="kx-grid">
        <thead v-if="top.length">${rowTemplate.replace("in part", "in top")}</thead>
        <tbody>${rowTemplate.replace("in part", "in body")}</tbody>
      </table>
    </div>`,
  props: { rows: Array, label: Number, head: Number },
  computed: {
    // A cell that reaches from the head into the body would be torn apart: then there is no fixed head.
    split() {
      const head = this.head || 0;
      return this.rows.slice(0, head).some((row, r) => row.some((cell) => r + cell.rs > head)) ? 0 : head;
    },
    top() {
      return this.rows.slice(0, this.split);
    },
    body() {
      return this.rows.slice(this.split);
    },
  },
  mounted() {
    this.show();
  },
  watch: {
    rows() {
      this.show();
    },
  },
  methods: {
    show() {
      this.$nextTick(() => {
        const box = this.$el, cell = box.querySelector(".kx-cell-observed, .kx-cell-expected, .kx-cell-other");
        if (!cell) return;
        const at = cell.getBoundingClientRect(), frame = box.getBoundingClientRect();
        box.scrollTop = Math.max(0, box.scrollTop + at.top - frame.top - box.clientHeight / 2);
        box.scrollLeft = Math.max(0, box.scrollLeft + at.left - frame.left - box.clientWidth / 2);
      });
    },
  },
};
