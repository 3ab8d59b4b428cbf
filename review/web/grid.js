// A table as read: every text goes in as text, never as HTML; a click on a figure tells which.
export default {
  template: `
    <div class="kx-grid-box">
      <table class="kx-grid">
        <thead v-if="columns.length"><tr><th class="kx-grid-label">{{ corner }}</th><th v-for="(c, n) in columns" :key="n">{{ c }}</th></tr></thead>
        <tbody>
          <tr v-for="(row, r) in rows" :key="r" :class="{ 'kx-grid-here': row.here }">
            <td class="kx-grid-label" :style="{ paddingLeft: 10 + 14 * (row.depth || 0) + 'px' }" :title="row.label">{{ row.label }}</td>
            <td v-for="(cell, c) in row.cells" :key="c" :class="cell ? ['kx-figure', 'kx-q-' + cell.quality, cell.role ? 'kx-cell-' + cell.role : '', { 'kx-picked': cell.id && cell.id === picked }] : ''"
                :title="cell ? cell.hint : ''" :data-id="cell ? cell.id : null" @click="cell && cell.id && pick(cell.id)">{{ cell ? cell.text : '' }}</td>
          </tr>
        </tbody>
      </table>
    </div>`,
  props: { columns: Array, rows: Array, corner: String, selected: String },
  data() {
    return { picked: this.selected || "" };
  },
  watch: {
    selected(value) {
      this.picked = value || "";
      this.show();
    },
  },
  mounted() {
    this.show();
  },
  methods: {
    pick(id) {
      this.picked = id;
      this.$emit("pick", id);
    },
    show() {
      this.$nextTick(() => {
        const cell = this.$el.querySelector(".kx-picked, .kx-cell-observed, .kx-cell-expected");
        const box = this.$el;
        if (!cell || !box) return;
        box.scrollTop = Math.max(0, cell.offsetTop - box.clientHeight / 2);
        box.scrollLeft = Math.max(0, cell.offsetLeft - box.clientWidth / 2);
      });
    },
  },
};
